#include "tests/oracle/wire.h"

#include <utility>

namespace oracle {

namespace {

/// What surely fits between two ends of which one does not read, and what surely does not.
constexpr std::uint64_t kFits = 3000;
constexpr std::uint64_t kFitsNever = 600'000;

}  // namespace

Wire::Wire(const Script& script, std::uint64_t number, Time now, Doubts& doubts)
    : doubts_(doubts), liar_(script, number, now) {}

void Wire::advance(Time to) {
  while (const auto action = liar_.act(to)) {
    if (action->kind == Action::Kind::say) {
      unread_ += action->bytes;
      arrived_ = to;
      continue;
    }
    const bool is_reset = action->kind == Action::Kind::reset;
    if (!ended_) {
      ended_ = is_reset ? End::reset : End::fin;
      ended_at_ = to;
    }
    if (is_reset) broken_at_ = to;
    has_closed_ |= action->kind == Action::Kind::close;
  }
}

void Wire::doubt_when_near(std::optional<Time> at, Time now, const char* why) const {
  if (at) doubts_.add_when_near(*at, now, why);
}

void Wire::want_settled(Time now, const char* why) const {
  doubt_when_near(liar_.next(), now, why);
  if (!unread_.empty()) doubt_when_near(arrived_, now, why);
}

void Wire::want_settled_end(Time now, const char* why) const {
  doubt_when_near(liar_.next(), now, why);
  doubt_when_near(ended_at_, now, why);
}

bool Wire::can_send(Time now) const {
  doubt_when_near(broken_at_, now, "sends as the peer resets");
  if (liar_.will_reset()) doubt_when_near(liar_.next(), now, "sends as the peer resets");
  return !broken_at_ && !has_shut_down_;
}

bool Wire::send(Time now, std::string_view bytes) {
  if (!liar_.reads()) {
    unreceived_ += bytes.size();
    if (unreceived_ > kFits && unreceived_ < kFitsNever) doubts_.add("sends about as much as fits");
    return unreceived_ < kFitsNever;
  }
  if (has_closed_ && !bytes.empty()) {
    if (!broken_at_) broken_at_ = now;  // It is answered by a reset, which nobody sees behind the FIN.
    return true;
  }
  liar_.receive(now, bytes);
  return true;
}

void Wire::end_sending(Time now) {
  if (std::exchange(has_shut_down_, true)) return;
  if (liar_.reads() && !has_closed_) liar_.on_fin(now);
}

}  // namespace oracle
