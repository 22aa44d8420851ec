#pragma once

#include <expected>
#include <string>
#include <string_view>

// Where reports go: to standard output, or as sched::write_file() writes, and what is told of it.

namespace client::report {

/// The name that stands for standard output.
inline constexpr std::string_view kStandardOutput = "-";

/// As sched::is_stream() and sched::check_writable(). An error is a sentence that names the file and the errno.
bool is_stream(const std::string& path);
std::expected<void, std::string> check_writable(const std::string& path);

/// Writes `text` to `path`, as sched::write_file() does. On an error, which is a sentence as above, a file that was
/// there is as it was.
std::expected<void, std::string> write(const std::string& path, std::string_view text);

}  // namespace client::report
