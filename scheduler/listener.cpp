#include "scheduler/listener.h"

#include "scheduler/backends/socket.h"
#include "scheduler/check.h"
#include "scheduler/scheduler.h"

namespace sched {

namespace {

Result<Listener> own(Result<ListenerState*> state) {
  if (!state) return std::unexpected(state.error());
  return Listener(Scheduler::current().backend(), **state);
}

}  // namespace

bool AcceptOperation::attempt() {
  const bool done = backend_.attempt(*this);
  listener.acceptor = done ? nullptr : this;
  return done;
}

void AcceptOperation::cancel() {
  if (wait == Wait::no) return;
  listener.acceptor = nullptr;
  complete();
}

bool AcceptOperation::await_ready() {
  check(listener.acceptor == nullptr, "a listener has one accept at a time");
  return wait == Wait::no ? begin() : Operation::await_ready();
}

Result<Accepted> AcceptOperation::await_resume() {
  if (!result) return std::unexpected(result.error());
  return Accepted{Stream(backend_, **result), peer};
}

Listener& Listener::operator=(Listener&& other) noexcept {
  close();
  backend_ = other.backend_;
  state_ = std::exchange(other.state_, nullptr);
  return *this;
}

void Listener::close() {
  if (state_ == nullptr) return;
  ListenerState& state = *std::exchange(state_, nullptr);
  check(state.acceptor == nullptr, "a listener is closed while an accept waits on it");
  backend_->close(state);
}

Result<Listener> listen(const Address& address, const ListenOptions& options) {
  return own(Scheduler::current().backend().listen(address, options));
}

Result<Descriptor> open_listener(const Address& address, const ListenOptions& options) {
  return system::listen(address, options);
}

Result<Address> local_address(const Descriptor& socket) { return system::local_address(socket.get()); }

bool is_abandoned(const Address& address) { return system::refuses(address); }

Result<Listener> adopt_listener(Descriptor listening, const ListenOptions& options) {
  return own(Scheduler::current().backend().adopt(std::move(listening), options));
}

}  // namespace sched
