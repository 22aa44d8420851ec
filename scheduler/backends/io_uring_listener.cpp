#include "scheduler/backends/io_uring_listener.h"

#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <utility>

#include "scheduler/backends/socket.h"

namespace sched {

namespace {

constexpr int kAcceptFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;

}  // namespace

bool UringListener::attempt(AcceptOperation& operation) {
  if (finish_accept(operation)) return true;
  if (operation.wait == AcceptOperation::Wait::no) {
    accept_now(operation);
    return true;
  }
  if (!accepting_.in_flight()) context_.ring.schedule(*this);
  return false;
}

bool UringListener::finish_accept(AcceptOperation& operation) {
  while (!accepted_.empty()) {
    Descriptor fd = std::move(accepted_.front());
    accepted_.pop_front();
    if (give(operation, std::move(fd))) return true;
  }
  if (error_number_ == 0) return false;
  operation.result = system_error("accept", std::exchange(error_number_, 0));
  return true;
}

/// Makes a stream of a connection. False if it is gone by now: its peer has no address any more.
bool UringListener::give(AcceptOperation& operation, Descriptor fd) {
  const Result<Address> peer = system::peer_address(fd.get());
  if (!peer) return false;
  retries_.has_accepted();
  operation.peer = *peer;
  if (auto* stream = new (std::nothrow) UringStream(std::move(fd), peer->is_unix(), streams_, context_)) {
    operation.result = stream;
  } else {
    operation.result = failure(ErrorCode::out_of_memory, "accept");
  }
  return true;
}

/// An accept that does not wait. The multishot may have taken connections already; the kernel may have more, also of
/// those that another thread's multishot on the same socket was told of and has not taken.
void UringListener::accept_now(AcceptOperation& operation) {
  if (accepting_.in_flight()) context_.ring.catch_up();
  while (!finish_accept(operation)) {
    Descriptor fd(::accept4(fd_.get(), nullptr, nullptr, kAcceptFlags));
    if (fd) {
      if (give(operation, std::move(fd))) return;
    } else if (errno == EAGAIN) {
      operation.result = failure(ErrorCode::would_block, "accept");
      return;
    } else if (!retries_.again_after(errno)) {
      error_number_ = errno;
    }
  }
}

void UringListener::submit() {
  if (is_closed_ || acceptor == nullptr) return context_.ring.cancel(accepting_);
  if (accepting_.in_flight()) return;
  context_.ring.submit(accepting_, [this](io_uring_sqe* submission) {
    io_uring_prep_multishot_accept(submission, fd_.get(), nullptr, nullptr, kAcceptFlags);
  });
}

void UringListener::on_accepted(std::int32_t result, std::uint32_t) {
  Descriptor fd(result);
  if (is_closed_) {
    let_go();
    return;
  }
  if (fd) {
    keep(std::move(fd));
  } else if (result != -ECANCELED && !retries_.again_after(-result)) {
    error_number_ = -result;
  }
  if (acceptor != nullptr) acceptor->wake();
  // Looked at when the turn ends: whether there is still someone who accepts.
  context_.ring.schedule(*this);
}

/// Keeps a connection for the next accept. Where there is no memory for that, it is closed and the accept fails.
void UringListener::keep(Descriptor fd) {
  try {
    accepted_.push_back(std::move(fd));
  } catch (const std::bad_alloc&) {
    error_number_ = ENOMEM;
  }
}

void UringListener::close() {
  // The address is free when this returns.
  context_.ring.cancel_now(accepting_);
  accepted_.clear();
  is_closed_ = true;
  ++context_.closing;
  if (!let_go()) context_.ring.schedule(*this);
}

/// Destroys the listener, which is closed, if the kernel holds nothing of it.
bool UringListener::let_go() {
  if (accepting_.in_flight()) return false;
  if (UringSubmitter::is_linked()) UringSubmitter::unlink();
  --context_.closing;
  delete this;
  return true;
}

}  // namespace sched
