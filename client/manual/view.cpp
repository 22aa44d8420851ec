#include "client/manual/view.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "text/hex.h"

namespace client::manual {

namespace {

/// "2026-01-31T12:34:56.123456Z "
std::string stamp(View::Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%FT%T}.{:06}Z ", std::chrono::sys_seconds(seconds), (time - seconds).count());
}

std::string dump(std::string_view bytes, std::uint64_t& offset, char sign, bool timestamps, View::Time time) {
  std::string lines = text::hex_dump(bytes, offset, fmt::format("{}{} ", timestamps ? stamp(time) : "", sign));
  offset += bytes.size();
  return lines;
}

}  // namespace

std::string View::received(std::string_view bytes, Time time) {
  if (form_.hex) return dump(bytes, received_, '<', form_.timestamps, time);
  return with_timestamps(form_.escaped ? filter_.next(bytes) : std::string(bytes), time);
}

std::string View::sent(std::string_view bytes, Time time) {
  return form_.hex ? dump(bytes, sent_, '>', form_.timestamps, time) : "";
}

std::string View::finish(Time time) {
  received_ = 0;
  sent_ = 0;
  std::string rest = with_timestamps(filter_.finish(), time);
  at_line_start_ = true;
  return rest;
}

std::string View::with_timestamps(std::string text, Time time) {
  if (!form_.timestamps) return text;
  std::string stamped;
  for (std::string_view rest = text; !rest.empty();) {
    if (std::exchange(at_line_start_, false)) stamped += stamp(time);
    const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    at_line_start_ = rest[size - 1] == '\n';
    stamped += rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return stamped;
}

}  // namespace client::manual
