#pragma once

#include <expected>
#include <string>
#include <string_view>

// Where reports go: a file that is written whole or not at all, or what is no file (standard output, a device, a FIFO),
// which is written to as it is.

namespace client::report {

/// The name that stands for standard output.
inline constexpr std::string_view kStandardOutput = "-";

/// Whether `path` is written to as it is, so that writing may wait for who reads.
bool is_stream(const std::string& path);

/// Whether a report can be written to `path`, as far as that is known before: it is no folder, its folder is there, and
/// the user may write. Changes nothing. The error is a sentence that names the file and the errno.
std::expected<void, std::string> check_writable(const std::string& path);

/// Writes `text` to `path`. What is there already is replaced when all has been written and is on the disk, and keeps
/// its mode; a new file gets that of the umask. A symbolic link stays, and what it leads to is replaced. On an error,
/// which is a sentence as above, a file that was there is as it was. Not while other threads make files.
std::expected<void, std::string> write(const std::string& path, std::string_view text);

}  // namespace client::report
