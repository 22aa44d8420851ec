#include "client/run/rendezvous.h"

#include <utility>

namespace client::run {

void Rendezvous::on_change(std::function<void()> changed) {
  const std::scoped_lock lock(mutex_);
  changed_.push_back(std::move(changed));
}

Rendezvous::Ticket Rendezvous::arrive(const std::string& name, std::uint64_t parties) {
  Ticket ticket;
  bool opened = false;
  {
    const std::scoped_lock lock(mutex_);
    Barrier& barrier = barriers_[name];
    ticket.opening = barrier.openings;
    if (++barrier.arrived >= parties && barrier.broken_by.who.empty()) {
      barrier.arrived = 0;
      ++barrier.openings;
      opened = true;
    }
  }
  if (opened) tell_all();
  return ticket;
}

Rendezvous::State Rendezvous::state(const std::string& name, Ticket ticket) const {
  const Barrier now = barrier(name);
  if (now.openings > ticket.opening) return State::open;
  return now.broken_by.who.empty() ? State::closed : State::broken;
}

void Rendezvous::leave(const std::string& name, Ticket ticket) {
  const std::scoped_lock lock(mutex_);
  Barrier& barrier = barriers_[name];
  if (barrier.openings == ticket.opening) --barrier.arrived;
}

void Rendezvous::break_up(const std::string& name, const Breaker& by) {
  {
    const std::scoped_lock lock(mutex_);
    Breaker& broken_by = barriers_[name].broken_by;
    if (!broken_by.who.empty()) return;
    broken_by = by;
  }
  tell_all();
}

Rendezvous::Breaker Rendezvous::broken_by(const std::string& name) const { return barrier(name).broken_by; }

std::uint64_t Rendezvous::waiting(const std::string& name) const { return barrier(name).arrived; }

Rendezvous::Barrier Rendezvous::barrier(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = barriers_.find(name);
  return found == barriers_.end() ? Barrier() : found->second;
}

/// Calls outside the lock: `changed_` is complete before the first client arrives.
void Rendezvous::tell_all() {
  for (const std::function<void()>& changed : changed_) changed();
}

}  // namespace client::run
