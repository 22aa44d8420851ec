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

/// The folder that `path` is in: "." when it names none.
std::string folder_of(const std::string& path);

/// Whether `path` names what is written to as it is, so that writing may wait for who reads: a device, a FIFO, a
/// socket, and the file that standard output or standard error goes to ("/dev/stdout").
bool is_stream(const std::string& path);

/// Whether write_file() can write to `path`, as far as that is known before: it is no folder, its folder is there, and
/// the user may write. Changes nothing. Errors: of open(2), access(2).
Result<void> check_writable(const std::string& path);

/// Gives the file `path` the content `text`, whole or not at all: what was there is replaced when all has been written
/// beside it and is on the disk, and keeps its mode; a new file gets that of the umask. A symbolic link stays: what it
/// leads to is replaced, or made where there is nothing yet. What is_stream() is written to as it is, and nothing else
/// than a file is ever replaced. Not while other threads make files. Errors: of open(2), write(2), fchmod(2), fsync(2),
/// rename(2); EISDIR.
Result<void> write_file(const std::string& path, std::string_view text);

}  // namespace sched
