#include "scheduler/backends/io_uring_waits.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include "scheduler/backends/socket.h"

namespace sched {

bool UringConnect::attempt() {
  if (!operation_.to.is_unix()) {
    context_.ring.schedule(*this);
    return false;
  }
  const bool connected = ::connect(fd_.get(), operation_.to.data(), operation_.to.size()) == 0;
  if (!connected && errno == EAGAIN) {
    context_.connect_retries.add(operation_);
    return false;
  }
  finish(connected ? 0 : errno);
  return true;
}

void UringConnect::cancel() {
  is_cancelled_ = true;
  if (connecting_.in_flight()) return context_.ring.schedule(*this);
  context_.connect_retries.remove(operation_);
  on_connected(-ECANCELED, 0);
}

void UringConnect::submit() {
  if (is_cancelled_) return context_.ring.cancel(connecting_);
  context_.ring.submit(connecting_, [this](io_uring_sqe* submission) {
    io_uring_prep_connect(submission, fd_.get(), operation_.to.data(), operation_.to.size());
  });
}

void UringConnect::on_connected(std::int32_t result, std::uint32_t) {
  operation_.complete();
  if (is_cancelled_) return end(failure(ErrorCode::cancelled, "connect"));
  finish(-result);
}

void UringConnect::finish(int error_number) {
  const bool was_reset = system::is_reset_after_connecting(error_number);
  if (error_number != 0 && !was_reset) return end(system_error("connect", error_number));
  auto* stream = new (std::nothrow) UringStream(std::move(fd_), operation_.to.is_unix(), operation_.options, context_);
  if (stream == nullptr) return end(failure(ErrorCode::out_of_memory, "connect"));
  if (was_reset) stream->was_reset_while_connecting();
  end(stream);
}

void UringConnect::end(Result<StreamState*> result) {
  operation_.result = result;
  operation_.state = nullptr;
  if (is_linked()) unlink();
  delete this;
}

void UringPoll::cancel() {
  if (!polling_.in_flight()) return end(failure(ErrorCode::cancelled, "poll"));
  is_cancelled_ = true;
  ring_.schedule(*this);
}

void UringPoll::submit() {
  if (is_cancelled_) return ring_.cancel(polling_);
  const unsigned events = operation_.ready == Ready::to_read ? POLLIN | POLLRDHUP : POLLOUT;
  ring_.submit(polling_, [&](io_uring_sqe* submission) { io_uring_prep_poll_add(submission, operation_.fd, events); });
}

void UringPoll::on_ready(std::int32_t result, std::uint32_t) {
  // Linux 6.18 ends the poll of a terminal so when the process was stopped and another, the shell, has read what had
  // come. It is limited, so that a descriptor that can never be polled is an error and no loop.
  if (result == -EINVAL && !is_cancelled_ && ++repeats_ <= kMaxRepeats) return ring_.schedule(*this);
  if (result == -ECANCELED) return end(failure(ErrorCode::cancelled, "poll"));
  if (result < 0) return end(system_error("poll", -result));
  end({});
}

void UringPoll::end(Result<void> result) {
  ReadinessOperation& operation = operation_;
  if (is_linked()) unlink();
  std::destroy_at(this);
  operation.state = nullptr;
  operation.result = result;
  operation.complete();
}

}  // namespace sched
