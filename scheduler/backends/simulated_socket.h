#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "scheduler/address.h"
#include "scheduler/backend.h"
#include "scheduler/backends/simulated_link.h"
#include "scheduler/backends/simulated_world.h"
#include "scheduler/buffer.h"
#include "scheduler/result.h"

// The kernel's part of a simulated stream. It behaves as Linux does: tcp(7), RFC 9293, unix(7).

namespace sched::simulated {

/// Bytes in the order in which they came.
class ByteQueue {
 public:
  std::size_t size() const { return bytes_.size() - begin_; }
  bool empty() const { return size() == 0; }
  void push(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  /// Takes the first `into.size()` bytes, at most size().
  void pop(std::span<std::byte> into);
  void clear();

 private:
  std::vector<std::byte> bytes_;
  std::size_t begin_ = 0;
};

/// Who has a socket open, told of what would make a call succeed that did not.
class Watcher {
 public:
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;

  /// What it waits for, for a person.
  virtual std::string waits_for() const = 0;

 protected:
  ~Watcher() = default;
};

/// One end of a connection. It stays when the process has closed it, until what it has to tell the other is told.
class Socket final : public PacketReceiver {
 public:
  /// `number` names it in the trace.
  Socket(World& world, std::uint64_t number, Address local, Address peer, const StreamOptions& options);

  /// Where it sends to. Once, before anything else.
  void attach(Link& out) { out_ = &out; }
  /// Who is told from now on; and at once, if something has arrived already.
  void watch(Watcher& watcher);

  std::uint64_t number() const { return number_; }
  const Address& local() const { return local_; }
  const Address& peer() const { return peer_; }
  bool is_unix() const { return peer_.is_unix() || local_.is_unix(); }
  /// Whether the process has closed it.
  bool is_closed() const { return closed_; }

  /// The receive window at the start, in bytes.
  std::uint64_t window() const { return receive_buffer_; }
  /// The other end stands, and its window is this large.
  void stand(std::uint64_t window);
  /// The connection will not stand.
  void fail(int error_number);

  // What a process asks of it. Nothing waits: would_block says that the watcher will be told.
  Result<void> outcome() const;  ///< of connecting
  Result<std::size_t> receive(std::span<std::byte> into);
  Result<std::size_t> send(std::span<iovec> parts);
  Result<void> shutdown_send();
  void close(Close how);

  /// Closes one that no process has accepted: the other end is reset.
  void drop();

  void on_packet(Packet packet) override;

  /// For a person: who waits for what, and what lies where.
  std::string describe() const;

 private:
  void open_window(std::size_t count);
  std::size_t room() const;
  std::size_t count_to_receive(std::size_t limit);
  void transmit();
  void send_end();
  void abort();
  void close_unix(bool unreceived);
  void on_data(Bytes bytes);
  void on_window(std::uint64_t count);
  void on_reset();
  void notify_readable();
  void notify_writable();

  World& world_;
  const std::uint64_t number_;
  const Address local_;
  const Address peer_;
  const std::uint64_t receive_buffer_;
  const std::size_t send_buffer_;
  Link* out_ = nullptr;
  Watcher* watcher_ = nullptr;

  ByteQueue received_;        ///< arrived, not received by the process
  ByteQueue unsent_;          ///< taken from the process, not on its way
  std::uint64_t window_ = 0;  ///< how many bytes the other end has room for
  std::uint64_t untold_ = 0;  ///< how many bytes this end has room for that the other does not know of

  int connect_error_ = 0;
  bool standing_ = false;
  bool blocked_ = false;    ///< the process was told would_block by send()
  bool shut_down_ = false;  ///< an end is to follow the unsent bytes
  bool end_sent_ = false;   ///< and has
  bool closed_ = false;
  bool closed_unreceived_ = false;  ///< Unix: closed before the process had received everything
  bool peer_ended_ = false;
  bool peer_closed_ = false;  ///< Unix
  bool reset_ = false;        ///< TCP: both directions. Unix: what comes after the bytes that arrived
};

}  // namespace sched::simulated
