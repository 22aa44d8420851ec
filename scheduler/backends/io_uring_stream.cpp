#include "scheduler/backends/io_uring_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "scheduler/backends/socket.h"

namespace sched {

namespace {

/// Buffers up to this size are filled by a multishot. It may take 32 of them before anyone can stop it.
constexpr std::uint32_t kLargestMultishot = 4 * 1024;

/// The size a stream begins with when it may be given the largest.
constexpr std::uint32_t kSmallBuffer = 2 * 1024;

/// So many receives in a row that fill the small buffer, or would have fitted it, change the size.
constexpr std::uint8_t kStreakToLarge = 2;
constexpr std::uint8_t kStreakToSmall = 32;

/// The part of a pool's buffers that one stream may hold unread before its multishot is cancelled.
constexpr std::size_t kReadAheadPart = 8;

constexpr Error kEnd{ErrorCode::end_of_stream, 0, "receive"};

}  // namespace

bool UringStream::attempt(ReceiveOperation& operation) {
  if (finish_receive(operation)) return true;
  if (operation.wait == ReceiveOperation::Wait::no) {
    receive_now(operation);
    return true;
  }
  if (!choose_pool()) return finish_receive(operation);
  if (!receiving_.in_flight()) context_.ring.schedule(*this);
  return false;
}

/// Gives what has been received, or why nothing will be.
bool UringStream::finish_receive(ReceiveOperation& operation) {
  if (!received_.empty()) {
    operation.result = received_.pop();
  } else if (!receive_state) {
    operation.result = std::unexpected(receive_state.error());
  } else {
    return false;
  }
  return true;
}

/// A receive that does not wait. One that is in flight must come first: what it has got by now is handed out.
void UringStream::receive_now(ReceiveOperation& operation) {
  if (receiving_.in_flight()) {
    context_.ring.catch_up();
    if (finish_receive(operation)) return;
  }
  operation.result = failure(ErrorCode::would_block, "receive");
  if (receiving_.in_flight()) return;
  Lease lease = context_.heap_buffers.lend(receive_limit);
  if (!lease) {
    operation.result = failure(ErrorCode::out_of_memory, "receive");
    return;
  }
  const ssize_t count = system::receive(fd.get(), lease.tail_room().first(receive_limit));
  if (count > 0) {
    lease.commit(static_cast<std::size_t>(count));
    operation.result = std::move(lease);
  } else if (count == 0 || errno != EAGAIN) {
    end(count == 0 ? kEnd : Error{ErrorCode::system, errno, "receive"});
    operation.result = std::unexpected(receive_state.error());
  }
}

/// Nothing more will be received. After a reset nothing can be sent either; a send in flight, which still uses the
/// queue, finds that out by itself.
void UringStream::end(const Error& error) {
  if (sending_.in_flight()) {
    receive_state = std::unexpected(error);
  } else {
    end_receiving(error);
  }
}

/// False if there can be no pool; then receiving has failed.
bool UringStream::choose_pool() {
  if (pool_ != nullptr) return true;
  const bool adapts = receive_limit >= kLargestBuffer;
  const Result<UringBufferPool*> pool = context_.receive_buffers.of_size(adapts ? kSmallBuffer : receive_limit);
  if (pool) pool_ = *pool;
  if (!pool) receive_state = std::unexpected(pool.error());
  return pool.has_value();
}

/// Goes over to the other size of buffers when `received` and those before it speak for it.
void UringStream::adapt(std::size_t received) {
  if (receive_limit < kLargestBuffer) return;
  const bool small = pool_->size() == kSmallBuffer;
  // What fills a small buffer and leaves nothing behind fits.
  const bool speaks_for_other = small ? received == kSmallBuffer && !is_empty_ : received <= kSmallBuffer;
  streak_ = speaks_for_other ? static_cast<std::uint8_t>(streak_ + 1) : 0;
  if (streak_ < (small ? kStreakToLarge : kStreakToSmall)) return;
  streak_ = 0;
  const auto other = context_.receive_buffers.of_size(small ? kLargestBuffer : kSmallBuffer);
  if (other) pool_ = *other;
}

/// Whether the receive in flight is to end although it could go on.
bool UringStream::goes_too_far() const {
  if (!receiving_.in_flight() || !is_multishot_) return false;
  return has_hung_up_ || receiving_pool_ != pool_ || received_.size() > receiving_pool_->nominal() / kReadAheadPart;
}

void UringStream::submit() {
  if (is_closed_) {
    context_.ring.cancel(receiving_);
    context_.ring.cancel(sending_);
    context_.ring.cancel(watching_);
    return;
  }
  const bool wanted = receiver != nullptr && received_.empty() && receive_state;
  if (goes_too_far()) context_.ring.cancel(receiving_);
  if (wanted && !receiving_.in_flight() && !ListNode<BufferlessTag>::is_linked()) submit_receive();
  if (!queue.empty() && !sending_.in_flight()) submit_send();
}

void UringStream::submit_receive() {
  receiving_pool_ = pool_;
  is_multishot_ = pool_->size() <= kLargestMultishot && !has_hung_up_;
  if (is_multishot_ && is_unix_ && !watching_.in_flight()) {
    context_.ring.submit(watching_,
                         [this](io_uring_sqe* submission) { io_uring_prep_poll_add(submission, fd.get(), POLLRDHUP); });
  }
  context_.ring.submit(receiving_, [this](io_uring_sqe* submission) {
    if (is_multishot_) {
      io_uring_prep_recv_multishot(submission, fd.get(), nullptr, 0, 0);
    } else {
      io_uring_prep_recv(submission, fd.get(), nullptr, receiving_pool_->size(), 0);
    }
    if (is_empty_) submission->ioprio |= IORING_RECVSEND_POLL_FIRST;
    submission->flags |= IOSQE_BUFFER_SELECT;
    submission->buf_group = receiving_pool_->group();
  });
}

void UringStream::on_received(std::int32_t result, std::uint32_t flags) {
  Lease lease;
  if ((flags & IORING_CQE_F_BUFFER) != 0) {
    lease = receiving_pool_->filled(static_cast<std::uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT),
                                    static_cast<std::uint32_t>(std::max(result, 0)));
  }
  if (is_closed_) {
    lease = {};
    let_go();
    return;
  }
  if (result > 0) {
    is_empty_ = (flags & IORING_CQE_F_SOCK_NONEMPTY) == 0;
    adapt(static_cast<std::size_t>(result));
    received_.push(std::move(lease));
    if (goes_too_far()) context_.ring.schedule(*this);
  } else if (result == 0) {
    end(kEnd);
  } else if (result == -ENOBUFS) {
    is_empty_ = false;
    receiving_pool_->wait(*this);
    return;
  } else if (result != -ECANCELED && result != -EINTR && result != -EAGAIN) {
    end(Error{ErrorCode::system, -result, "receive"});
  }
  if (receiver != nullptr) receiver->wake();
}

void UringStream::on_hung_up(std::int32_t, std::uint32_t) {
  has_hung_up_ = true;
  if (is_closed_) {
    let_go();
  } else if (goes_too_far()) {
    context_.ring.schedule(*this);
  }
}

bool UringStream::attempt(SendOperation& operation) {
  const bool all = !send_state || keep(operation, context_.heap_buffers);
  if (!queue.empty() && !sending_.in_flight()) context_.ring.schedule(*this);
  if (all) operation.result = send_state;
  return all;
}

/// Makes a message of the queue's parts, as many as fit.
const UringRing::Message& UringStream::describe_queue() {
  UringRing::Message& message = context_.ring.next_message();
  message.header = {};
  message.header.msg_iov = message.parts.data();
  message.header.msg_iovlen = queue.gather(message.parts);
  asked_to_send_ = 0;
  for (const iovec& part : std::span(message.parts).first(message.header.msg_iovlen)) {
    asked_to_send_ += static_cast<std::uint32_t>(part.iov_len);
  }
  return message;
}

void UringStream::submit_send() {
  const bool silent = !is_full_ && context_.ring.has(UringFeature::silent_send);
  const int how = MSG_NOSIGNAL | (silent ? MSG_DONTWAIT | MSG_WAITALL : 0);
  io_uring_sqe& submission = context_.ring.submit(sending_, [&](io_uring_sqe* prepared) {
    if (queue.parts() == 1) {
      const Bytes part = queue.first();
      asked_to_send_ = static_cast<std::uint32_t>(part.size());
      io_uring_prep_send(prepared, fd.get(), part.data(), part.size(), how);
    } else {
      const UringRing::Message& message = describe_queue();
      io_uring_prep_sendmsg(prepared, fd.get(), &message.header, static_cast<unsigned>(how));
    }
  });
  if (is_full_) submission.ioprio |= IORING_RECVSEND_POLL_FIRST;
  if (!silent) return;
  // A turn without an event is needed for those who wait for it, and for what did not fit into the submission.
  const bool awaited = sender != nullptr || flusher != nullptr || asked_to_send_ < unsent;
  context_.ring.make_silent(submission, sending_, static_cast<std::int32_t>(asked_to_send_), awaited);
}

void UringStream::on_sent_some(std::int32_t result, std::uint32_t) {
  if (is_closed_) {
    let_go();
    return;
  }
  is_full_ = result == -EAGAIN || (result >= 0 && static_cast<std::uint32_t>(result) < asked_to_send_);
  if (result >= 0) {
    on_sent(static_cast<std::size_t>(result));
  } else if (result != -EAGAIN && result != -EINTR) {
    const bool was_reset = !receive_state && receive_state.error().error_number == ECONNRESET;
    fail_sending(was_reset ? ECONNRESET : -result);
  }
  if (!queue.empty()) context_.ring.schedule(*this);
  wake_writers();
}

void UringStream::close(Close how) {
  // What was received ahead of its reader is not in the socket any more, so the kernel would not see that it is lost.
  if (how == Close::reset || !received_.empty()) system::reset_on_close(fd.get());
  if (how == Close::orderly && send_state) send_rest();
  received_.clear();
  if (ListNode<BufferlessTag>::is_linked()) ListNode<BufferlessTag>::unlink();
  is_closed_ = true;
  ++context_.closing;
  if (!let_go()) context_.ring.schedule(*this);
}

/// What was taken in this turn is offered to the kernel, as it would have been at its end.
void UringStream::send_rest() {
  std::array<iovec, UringRing::kMaxParts> parts;
  while (!queue.empty() && !sending_.in_flight()) {
    const ssize_t count = system::send(fd.get(), std::span(parts).first(queue.gather(parts)));
    if (count < 0) return;
    queue.consume(static_cast<std::size_t>(count));
  }
}

/// Destroys the stream, which is closed, if the kernel holds nothing of it.
bool UringStream::let_go() {
  if (receiving_.in_flight() || sending_.in_flight() || watching_.in_flight()) return false;
  if (ListNode<ScheduledTag>::is_linked()) ListNode<ScheduledTag>::unlink();
  --context_.closing;
  context_.ring.close(std::move(fd));
  delete this;
  return true;
}

}  // namespace sched
