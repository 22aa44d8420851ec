#pragma once

#include <expected>
#include <string>
#include <vector>

#include "transports/url.h"

// How the server tells that it can be spoken to, for programs that start it.

namespace server {

/// One JSON object for each URL, in their order: {"url":"tcp://127.0.0.1:25000","pid":4711}.
std::vector<std::string> ready_objects(const std::vector<transport::Url>& urls, int pid);

/// Writes `lines`, each ended by a newline, to `path`: whole or not at all, so that who waits for the file never reads
/// a part of it; what is no file, such as a FIFO, is written to as it is. The error names the path, what failed and the
/// errno.
std::expected<void, std::string> write_port_file(const std::string& path, const std::vector<std::string>& lines);

}  // namespace server
