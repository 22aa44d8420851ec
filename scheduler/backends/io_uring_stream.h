#pragma once

#include <cstddef>
#include <cstdint>

#include "scheduler/backends/connect_retries.h"
#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/io_uring_buffers.h"
#include "scheduler/backends/io_uring_ring.h"
#include "scheduler/backends/lease_queue.h"
#include "scheduler/backends/socket_stream.h"
#include "scheduler/descriptor.h"
#include "scheduler/stream.h"

namespace sched {

/// What the parts of one io_uring backend share.
struct UringContext {
  UringRing& ring;
  UringBufferPools& receive_buffers;
  HeapBuffers& heap_buffers;
  ConnectRetries connect_retries;
  std::size_t closing = 0;  ///< streams and listeners that were closed while the kernel held something of them
};

/// A stream on io_uring.
///
/// Receiving. Small buffers are filled by a multishot receive, which stays while the stream is read; a stream that
/// fills them goes over to large ones, which are filled one at a time, on demand, so that no stream takes many of them.
/// What was received waits in a queue; a multishot whose queue is long is cancelled, and asked for again when the queue
/// is empty.
///
/// On a Unix socket a multishot (of Linux 6.18) that pauses after 32 receives and then finds the last data and the
/// peer's end takes both for one event: it receives the data, and waits for another event, which never comes. So a poll
/// watches for the end there, after which there is no multishot. On TCP a multishot is told that more is there.
///
/// Sending. What is taken in a turn leaves at its end in one submission. It is a silent one first, which moves what the
/// socket has room for; what it has no room for is left to one that waits for room. There is never more than one.
class UringStream final : public SocketStream, private BufferWaiter {
 public:
  UringStream(Descriptor descriptor, bool is_unix, const StreamOptions& options, UringContext& context)
      : SocketStream(options), fd(std::move(descriptor)), context_(context), is_unix_(is_unix) {}

  Descriptor fd;

  bool attempt(ReceiveOperation& operation);
  bool attempt(SendOperation& operation);

  /// Closes, and destroys the stream when the kernel has let go of it.
  void close(Close how);

 private:
  void submit() override;
  void submit_receive();
  void submit_send();
  const UringRing::Message& describe_queue();
  void on_received(std::int32_t result, std::uint32_t flags);
  void on_sent_some(std::int32_t result, std::uint32_t flags);
  void on_hung_up(std::int32_t result, std::uint32_t flags);

  bool choose_pool();
  void adapt(std::size_t received);
  bool goes_too_far() const;
  void receive_now(ReceiveOperation& operation);
  void end(const Error& error);
  bool finish_receive(ReceiveOperation& operation);
  void send_rest();
  bool let_go();

  UringContext& context_;
  UringRequestOf<UringStream, &UringStream::on_received> receiving_{*this};
  UringRequestOf<UringStream, &UringStream::on_sent_some> sending_{*this};
  UringRequestOf<UringStream, &UringStream::on_hung_up> watching_{*this};
  UringBufferPool* pool_ = nullptr;            ///< what the next receive takes from
  UringBufferPool* receiving_pool_ = nullptr;  ///< what the receive in flight takes from
  LeaseQueue received_;
  std::uint32_t asked_to_send_ = 0;  ///< the bytes of the send in flight
  std::uint8_t streak_ = 0;          ///< receives in a row that speak for the other size of buffers
  bool is_empty_ = false;            ///< the last receive left nothing in the socket
  bool is_full_ = false;             ///< the socket has no room for what is to be sent
  bool is_multishot_ = false;        ///< the receive in flight, or the last one
  bool has_hung_up_ = false;         ///< the peer sends no more, on a Unix socket
  bool is_closed_ = false;
  const bool is_unix_;
};

}  // namespace sched
