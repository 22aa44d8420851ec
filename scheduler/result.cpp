#include "scheduler/result.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace sched {

namespace {

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::system:
      return "system";
    case ErrorCode::end_of_stream:
      return "end of stream";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::timed_out:
      return "timed out";
    case ErrorCode::would_block:
      return "would block";
    case ErrorCode::out_of_memory:
      return "out of memory";
    case ErrorCode::broken:
      return "broken";
  }
  return "unknown";
}

}  // namespace

bool is_shortage(Error error) {
  if (error.code != ErrorCode::system) return error.code == ErrorCode::out_of_memory;
  constexpr std::array kShortages{ENOMEM, ENOBUFS, EMFILE, ENFILE, ENOSPC};
  return std::ranges::find(kShortages, error.error_number) != kShortages.end();
}

std::string name_of(const Error& error) {
  if (error.code != ErrorCode::system) return name_of(error.code);
  const char* name = strerrorname_np(error.error_number);
  return name != nullptr ? name : "errno " + std::to_string(error.error_number);
}

std::string describe(const Error& error) {
  std::string text = std::string(error.operation) + ": " + name_of(error);
  if (error.code != ErrorCode::system) return text;
  const char* meaning = strerrordesc_np(error.error_number);
  return meaning != nullptr ? text + " (" + meaning + ")" : text;
}

}  // namespace sched
