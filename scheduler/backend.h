#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "scheduler/address.h"
#include "scheduler/buffer.h"
#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "scheduler/time.h"

// Backend: the seam between the scheduler and the world. It is shaped by completions: an operation (stream.h,
// listener.h, readiness.h) is attempted, and either it is done or it is parked with the backend, which later completes
// it or wakes it to be attempted again. There are three: epoll, which tries, parks and tries again; io_uring, which
// submits and completes; and the simulated one, which is a network and a clock in memory.
//
// A backend belongs to one scheduler and its thread. It alone touches sockets, clocks and randomness: whatever runs on
// a simulated one is exact.

namespace sched {

class AcceptOperation;
class ConnectOperation;
class FlushOperation;
class ReadinessOperation;
class ReceiveOperation;
class SendOperation;

/// How a stream behaves; what is not given stays as the system has it.
struct StreamOptions {
  /// The most bytes one receive gives. At least 1.
  std::uint32_t receive_limit = 64 * 1024;

  /// How many bytes that were taken to be sent may wait in this process. At least 1. A send waits while there are as
  /// many; it takes one lease whole even if that passes the limit.
  std::uint32_t unsent_limit = 64 * 1024;

  /// How many unsent bytes the kernel may hold (TCP_NOTSENT_LOWAT, or SO_SNDBUF of a Unix socket), so that a peer that
  /// does not read pins a bounded amount of its memory.
  std::uint32_t kernel_unsent_limit = 256 * 1024;

  /// SO_RCVBUF and SO_SNDBUF in bytes, before listen() or connect().
  std::optional<std::uint32_t> kernel_receive_buffer = std::nullopt;
  std::optional<std::uint32_t> kernel_send_buffer = std::nullopt;
};

/// Whether one TCP port has several listeners, between which the kernel spreads connections (SO_REUSEPORT).
enum class PortSharing : std::uint8_t {
  none,
  first,  ///< more will follow; the address must be in nobody's use, as with `none`
  more,   ///< joins a `first` of the same user
};

struct ListenOptions {
  StreamOptions streams = {};  ///< of every accepted stream
  int backlog = 4096;          ///< connections that wait to be accepted; the kernel's somaxconn is its upper bound
  PortSharing sharing = PortSharing::none;
};

/// What a backend keeps of a stream. Each derives its own.
struct StreamState {
  ReceiveOperation* receiver = nullptr;  ///< parked, at most one
  SendOperation* sender = nullptr;       ///< parked, at most one
  FlushOperation* flusher = nullptr;     ///< parked, at most one
  std::uint64_t sent = 0;                ///< bytes the kernel (or the simulated network) has taken since the start
  std::uint64_t unsent = 0;              ///< bytes taken by send() that are not yet `sent`

  StreamState() = default;
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;

 protected:
  ~StreamState() = default;
};

/// What a backend keeps of a listener. Each derives its own.
struct ListenerState {
  AcceptOperation* acceptor = nullptr;  ///< parked, at most one

  ListenerState() = default;
  ListenerState(const ListenerState&) = delete;
  ListenerState& operator=(const ListenerState&) = delete;

 protected:
  ~ListenerState() = default;
};

/// How a stream is closed.
enum class Close : std::uint8_t {
  /// What the kernel has taken is delivered. A TCP peer whose bytes were not received sees a reset, and what it had not
  /// received may be lost; that of a Unix socket sees a reset or an end.
  orderly,
  reset,  ///< the peer sees a reset (RFC 9293, section 3.10.4: ABORT), or that of a Unix socket an end
};

class Backend {
 public:
  virtual ~Backend() = default;

  /// "epoll", "io_uring" or "simulated".
  virtual std::string_view name() const = 0;

  virtual Instant now() = 0;
  /// The time of day, since 1970 in UTC, to show to people; it may jump.
  virtual std::chrono::microseconds time_of_day() = 0;
  virtual std::uint64_t random() = 0;

  /// Whether the scheduler asks random() which ready fiber is next; else they run in order.
  virtual bool draws_order() const { return false; }

  // Attempting an operation: true when it is done and its result is set, false when it is parked. Parked operations are
  // found through the state they belong to.
  virtual bool attempt(AcceptOperation& operation) = 0;
  virtual bool attempt(ConnectOperation& operation) = 0;
  virtual bool attempt(ReceiveOperation& operation) = 0;
  virtual bool attempt(SendOperation& operation) = 0;
  virtual bool attempt(FlushOperation& operation) = 0;
  virtual bool attempt(ReadinessOperation& operation) = 0;

  // Cancelling a parked operation of the two kinds that no state knows of. It completes, perhaps later: the kernel may
  // hold it. The others are forgotten by their state and are done at once.
  virtual void cancel(ConnectOperation& operation) = 0;
  virtual void cancel(ReadinessOperation& operation) = 0;

  /// A listener at `address`, ready to accept; the caller closes it. Errors: as of socket(2), bind(2), listen(2).
  virtual Result<ListenerState*> listen(const Address& address, const ListenOptions& options) = 0;
  /// A listener from a descriptor that is bound and listens already.
  virtual Result<ListenerState*> adopt(Descriptor listening, const ListenOptions& options) = 0;
  virtual Result<Address> local_address(const ListenerState& listener) = 0;

  /// Stops listening. Connections that were not accepted are lost.
  virtual void close(ListenerState& listener) = 0;

  virtual Result<Address> local_address(const StreamState& stream) = 0;
  virtual Result<Address> peer_address(const StreamState& stream) = 0;

  /// Ends the sending side (FIN). What is unsent is flushed first by the caller.
  virtual Result<void> shutdown_send(StreamState& stream) = 0;

  /// Frees the stream; unsent bytes are dropped. No operation is parked on it. The kernel may take until a later turn
  /// to let go of it: is_closing() tells.
  virtual void close(StreamState& stream, Close how) = 0;

  /// An empty buffer with room for at least `size` bytes, at most 64 KiB, behind its head room, to fill and send. No
  /// lease when memory has run out.
  virtual Lease lend(std::size_t size) = 0;

  /// Submits what was asked for, waits until something happens or `deadline` has come (at once when it has passed), and
  /// completes or wakes the operations concerned. May return early.
  virtual void wait(Instant deadline) = 0;

  /// Whether the kernel still holds something of what was closed.
  virtual bool is_closing() const = 0;
};

}  // namespace sched
