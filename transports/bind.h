#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "scheduler/address.h"
#include "scheduler/backend.h"
#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "transports/resolve.h"
#include "transports/url.h"

// Binding the sockets of a server before any scheduler runs, all or none, for one scheduler or for several.

namespace transport {

/// A Unix socket's file, removed at the end if it is still the one that was made.
class SocketFile {
 public:
  SocketFile() = default;
  /// `path` was just bound.
  explicit SocketFile(std::string path);
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile();

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// One address that is bound and listens.
struct BoundSocket {
  Url url;                                 ///< canonical, with the port that the system chose
  std::vector<sched::Descriptor> sockets;  ///< one for each scheduler
  SocketFile file;
};

/// Binds every address of every URL, in their order. A URL whose host has several addresses (localhost, *) uses one
/// port for all, and leaves out those of a protocol that the system does not have. `sharers` schedulers, at least 1,
/// will accept from them. The file of a Unix socket has mode 0600; one that nobody listens at any more is replaced,
/// anything else that is in the way is left alone. Errors: a sentence with the URL and the errno's name; nothing is
/// left bound. It changes the process's umask for a moment: call it while there is one thread.
std::expected<std::vector<BoundSocket>, std::string> bind(const std::vector<Url>& urls,
                                                          const sched::StreamOptions& options, unsigned sharers,
                                                          const Resolving& resolving = {});

}  // namespace transport
