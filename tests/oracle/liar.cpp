#include "tests/oracle/liar.h"

#include <algorithm>

namespace oracle {

Liar::Liar(const Script& script, std::uint64_t connection, Time now)
    : script_(script),
      framing_(framing_of(script.framing, script.eol)),
      is_lied_to_(connection >= 64 || (script.lies_on >> connection & 1) != 0),
      lie_(is_lied_to_ ? find_lie(script.lie) : nullptr) {
  Actions greeting = script.greeting;
  spoil(Lie::When::connecting, greeting, "");
  plan(now, greeting);
}

/// In order: nothing overtakes what was planned before.
void Liar::plan(Time now, const Actions& actions) {
  Time at = std::max(now, last_planned_);
  for (const Action& action : actions) {
    at += action.after;
    plan_.push_back({at, action});
  }
  last_planned_ = at;
}

void Liar::spoil(Lie::When when, Actions& actions, const std::string& request) {
  if (lie_ == nullptr || lie_->when != when || is_silent_) return;
  Answer answer{
      .actions = std::move(actions), .script = script_, .request = request, .held = &held_, .is_silent = &is_silent_};
  lie_->spoil(answer);
  actions = std::move(answer.actions);
}

Actions Liar::honest_answer(const std::string& request) const {
  const auto known = script_.answers.find(request);
  if (known != script_.answers.end()) return known->second;
  return {{.bytes = enclosed(framing_, "GOT:" + request)}};
}

void Liar::answer(Time now, const std::string& request) {
  if (is_silent_) return;
  Actions actions = honest_answer(request);
  const Actions held = std::exchange(held_, {});
  if (request.contains(script_.lie_to)) {
    const std::uint64_t number = answered_++;
    const bool is_turn = number >= script_.lie_from && number - script_.lie_from < script_.lie_count;
    if (is_turn) spoil(Lie::When::answering, actions, request);
  }
  plan(now, actions);
  plan(now, held);
}

void Liar::receive(Time now, std::string_view bytes) {
  unread_ += bytes;
  while (const auto cut = first_frame(framing_, unread_, false)) {
    unread_.erase(0, cut->taken);
    answer(now, cut->frame);
  }
}

void Liar::on_fin(Time now) {
  while (const auto cut = first_frame(framing_, unread_, true)) {
    unread_.erase(0, cut->taken);
    answer(now, cut->frame);
  }
  if (is_silent_) return;
  Actions farewell = script_.farewell;
  spoil(Lie::When::ending, farewell, "");
  plan(now, farewell);
}

std::optional<Time> Liar::next() const {
  return plan_.empty() || has_closed_ ? std::nullopt : std::optional(plan_.front().at);
}

std::optional<Action> Liar::act(Time now) {
  while (!has_closed_ && !plan_.empty() && plan_.front().at <= now) {
    Action action = plan_.front().action;
    plan_.pop_front();
    const bool says = action.kind == Action::Kind::say || action.kind == Action::Kind::fin;
    if (says && has_ended_) continue;  // It has ended sending.
    if (action.kind == Action::Kind::say && action.bytes.empty()) continue;
    has_ended_ |= action.kind != Action::Kind::say;
    has_closed_ = action.kind == Action::Kind::close || action.kind == Action::Kind::reset;
    return action;
  }
  return std::nullopt;
}

}  // namespace oracle
