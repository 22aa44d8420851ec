#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "scheduler/descriptor.h"

namespace support {

/// What a test asks of its end before it connects; 0 leaves it to the kernel.
struct SocketOptions {
  int receive_buffer = 0;  ///< SO_RCVBUF, in bytes
  int send_buffer = 0;     ///< SO_SNDBUF, in bytes
  int segment = 0;         ///< TCP_MAXSEG, in bytes: of both directions
  int no_delay = 0;        ///< TCP_NODELAY: 1 sends what send_all() is given at once
};

/// A plain blocking socket, with which a test speaks to a program: the client's end, or one that a Listener accepted.
///
/// Every call ends within kPatience. What fails is thrown as std::system_error with the errno, so a test can tell a
/// reset (std::errc::connection_reset) from the peer that says nothing (std::errc::timed_out).
class Socket {
 public:
  /// Connects to `tcp://ADDRESS:PORT` (a number, IPv6 in brackets), `unix:/path` or `unix:@name`: the URLs of
  /// echo_server's READY lines.
  static Socket connect(std::string_view url, const SocketOptions& options = {});

  /// Takes over a connected descriptor.
  explicit Socket(sched::Descriptor descriptor);

  void send_all(std::string_view bytes);
  /// Sends what the kernel takes without waiting; returns how many bytes that were, 0 when it takes none.
  size_t try_send(std::string_view bytes);

  /// Waits until all that was sent has arrived in the peer's kernel (TCP only): on a busy machine that may be later
  /// than it was sent.
  void wait_until_arrived() const;

  /// What one receive returns, at most `limit` bytes; empty at the end of the stream.
  std::string receive_some(size_t limit = 65536);
  /// Throws std::runtime_error when the stream ends before.
  std::string receive_exactly(size_t count);
  std::string receive_until_eof();

  /// Half-closes: sends a FIN, goes on receiving.
  void shutdown_send();
  void close() { descriptor_.close(); }
  /// Closes with a RST (TCP only); what was not sent yet is thrown away.
  void reset();

  int fd() const { return descriptor_.get(); }

 private:
  sched::Descriptor descriptor_;
};

}  // namespace support
