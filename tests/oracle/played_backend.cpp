#include "tests/oracle/played_backend.h"

#include <sys/socket.h>

#include <algorithm>
#include <limits>
#include <span>

namespace oracle {

namespace {

using sched::Close;

sched::ListenOptions listen_options() {
  sched::ListenOptions options;
  options.streams.unsent_limit = std::numeric_limits<std::uint32_t>::max();
  return options;
}

}  // namespace

PlayedBackend::PlayedBackend(const sched::SimulatedOptions& options, const Server& server) : network_(options) {
  for (const auto& [port, script] : server) doors_.push_back({.script = script, .port = port});
  for (Door& door : doors_) open(door);
}

PlayedBackend::~PlayedBackend() {
  for (const Guest& guest : guests_) network_.close(*guest.stream, Close::reset);
  for (const Door& door : doors_) {
    if (door.listener != nullptr) network_.close(*door.listener);
  }
}

void PlayedBackend::open(Door& door) {
  const bool is_time = !door.script.takes_nobody && door.script.listens_from && *door.script.listens_from <= time();
  if (door.listener != nullptr || !is_time) return;
  door.listener = network_.listen(*sched::Address::ip("127.0.0.1", door.port), listen_options()).value();
}

/// Nobody answers at a port that takes nobody, as if each packet were lost on the way.
bool PlayedBackend::is_unanswered(const sched::Address& to) const {
  return std::ranges::any_of(doors_, [&](const Door& door) {
    return door.script.takes_nobody && door.port == to.port() && to.family() == AF_INET;
  });
}

bool PlayedBackend::attempt(sched::ConnectOperation& operation) {
  return !is_unanswered(operation.to) && network_.attempt(operation);
}

void PlayedBackend::cancel(sched::ConnectOperation& operation) {
  if (!is_unanswered(operation.to)) return network_.cancel(operation);
  operation.complete();
}

std::optional<Time> PlayedBackend::next_deed() {
  std::optional<Time> next;
  const auto consider = [&next](std::optional<Time> at) {
    if (at) next = std::min(next.value_or(*at), *at);
  };
  for (const Door& door : doors_) {
    if (door.listener == nullptr && !door.script.takes_nobody) consider(door.script.listens_from);
  }
  for (const Guest& guest : guests_) consider(guest.liar.next());
  return next;
}

void PlayedBackend::wait(sched::Instant deadline) {
  act();
  if (const auto next = next_deed()) {
    deadline = std::min(deadline, sched::Instant(std::chrono::microseconds(*next)));
  }
  network_.wait(deadline);
  act();
}

void PlayedBackend::act() {
  for (Door& door : doors_) {
    open(door);
    if (door.listener != nullptr) accept(door);
  }
  for (auto guest = guests_.begin(); guest != guests_.end();) {
    hear(*guest);
    guest = act(*guest) ? std::next(guest) : guests_.erase(guest);
  }
}

void PlayedBackend::accept(Door& door) {
  for (;;) {
    sched::AcceptOperation accept(*this, *door.listener, sched::AcceptOperation::Wait::no);
    if (!network_.attempt(accept) || !accept.result) return;
    guests_.push_back({.stream = *accept.result, .liar = Liar(door.script, door.accepted++, time())});
  }
}

void PlayedBackend::hear(Guest& guest) {
  while (!guest.has_ended && guest.liar.reads()) {
    sched::ReceiveOperation receive(*this, *guest.stream, sched::ReceiveOperation::Wait::no);
    if (!network_.attempt(receive)) return;
    if (!receive.result) {
      const sched::ErrorCode code = receive.result.error().code;
      if (code == sched::ErrorCode::would_block) return;
      guest.has_ended = true;
      if (code == sched::ErrorCode::end_of_stream) guest.liar.on_fin(time());
      return;
    }
    const auto bytes = receive.result->bytes();
    guest.liar.receive(time(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

/// Whether the connection is still open.
bool PlayedBackend::act(Guest& guest) {
  while (const auto action = guest.liar.act(time())) {
    if (action->kind == Action::Kind::say) {
      sched::SendOperation send(*this, *guest.stream, std::as_bytes(std::span(action->bytes)), {});
      network_.attempt(send);
    } else if (action->kind == Action::Kind::fin) {
      [[maybe_unused]] const auto ended = network_.shutdown_send(*guest.stream);
    } else {
      network_.close(*guest.stream, action->kind == Action::Kind::reset ? Close::reset : Close::orderly);
      return false;
    }
  }
  return true;
}

}  // namespace oracle
