#include "client/report/file.h"

#include <unistd.h>

#include <fmt/format.h>

#include "scheduler/file.h"
#include "scheduler/result.h"
#include "text/escape.h"

namespace client::report {

namespace {

std::expected<void, std::string> told(const sched::Result<void>& done, const std::string& path) {
  if (done) return {};
  const std::string where = path == kStandardOutput ? "standard output" : text::escape(path);
  return std::unexpected(fmt::format("cannot write the report {}: {}", where, describe(done.error())));
}

}  // namespace

bool is_stream(const std::string& path) { return path == kStandardOutput || sched::is_stream(path); }

std::expected<void, std::string> check_writable(const std::string& path) {
  if (path == kStandardOutput) return {};
  return told(sched::check_writable(path), path);
}

std::expected<void, std::string> write(const std::string& path, std::string_view text) {
  const bool is_output = path == kStandardOutput;
  return told(is_output ? sched::write_all(STDOUT_FILENO, text) : sched::write_file(path, text), path);
}

}  // namespace client::report
