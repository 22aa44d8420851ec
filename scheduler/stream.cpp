#include "scheduler/stream.h"

#include <algorithm>
#include <new>

#include "scheduler/check.h"
#include "scheduler/scheduler.h"

namespace sched {

bool ReceiveOperation::attempt() { return backend_.attempt(*this); }

void ReceiveOperation::cancel() {
  if (wait == Wait::no) return;
  stream.receiver = nullptr;
  complete();
}

bool ReceiveOperation::await_ready() {
  check(stream.receiver == nullptr, "a stream has one receive at a time");
  const bool ready = wait == Wait::no ? begin() : Operation::await_ready();
  return ready && (!result || Scheduler::current().may_go_on(result->size()));
}

bool SendOperation::attempt() {
  check(stream.sender == nullptr || stream.sender == this, "a stream has one send at a time");
  return backend_.attempt(*this);
}

void SendOperation::take(std::size_t count) {
  if (lease) return lease.consume(count);
  const std::size_t of_first = std::min(count, parts[0].size());
  parts[0] = parts[0].subspan(of_first);
  parts[1] = parts[1].subspan(count - of_first);
}

void SendOperation::cancel() {
  stream.sender = nullptr;
  complete();
}

bool FlushOperation::attempt() {
  check(stream.flusher == nullptr || stream.flusher == this, "a stream has one flush at a time");
  return backend_.attempt(*this);
}

void FlushOperation::cancel() {
  stream.flusher = nullptr;
  complete();
}

Result<Stream> ConnectOperation::await_resume() {
  if (!result) return std::unexpected(result.error());
  return Stream(backend_, **result);
}

Stream& Stream::operator=(Stream&& other) noexcept {
  close();
  backend_ = other.backend_;
  state_ = std::exchange(other.state_, nullptr);
  return *this;
}

void Stream::close(Close how) {
  if (state_ == nullptr) return;
  StreamState& state = *std::exchange(state_, nullptr);
  check(state.receiver == nullptr && state.sender == nullptr && state.flusher == nullptr,
        "a stream is closed while an operation waits on it");
  backend_->close(state, how);
}

Lease Stream::lend(std::size_t size) {
  Lease lease = backend_->lend(size);
  if (!lease) throw std::bad_alloc();
  return lease;
}

ConnectOperation connect(const Address& to, const StreamOptions& options, const std::optional<Address>& from) {
  return {Scheduler::current().backend(), to, options, from};
}

}  // namespace sched
