#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "scheduler/result.h"

// What programs write when nothing else goes on, at their start and end: it blocks.

namespace sched {

/// Reads from `fd` to its end, or `limit` bytes. Errors: of read(2).
Result<std::string> read_all(int fd, std::size_t limit);

/// Writes all of `text` to `fd`, waiting where it takes no more for now. Errors: of write(2).
Result<void> write_all(int fd, std::string_view text);

/// Where `path` leads when it is a symbolic link; `path` itself when it leads nowhere.
std::string resolved(const std::string& path);

/// The folder that `path` is in: "." when it names none.
std::string folder_of(const std::string& path);

/// Gives `path` the content `text`, whole or not at all: what was there is replaced when all has been written beside it
/// and is on the disk, and keeps its mode; a new file gets that of the umask. A symbolic link stays, and what it leads
/// to is replaced. Not while other threads make files. Errors: of open(2), write(2), fchmod(2), fsync(2), rename(2).
Result<void> replace_file(const std::string& path, std::string_view text);

}  // namespace sched
