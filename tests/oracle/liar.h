#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "tests/oracle/lies.h"
#include "tests/oracle/script.h"

// The server's side of one connection: what it does, and when, as a function of what it is sent. It knows no network.

namespace oracle {

class Liar {
 public:
  struct Due {
    Time at;
    Action action;
  };

  /// The connection of this number at its port, which stands since `now`. The script outlives it.
  Liar(const Script& script, std::uint64_t connection, Time now);

  void receive(Time now, std::string_view bytes);
  void on_fin(Time now);

  /// Whether it receives at all.
  bool reads() const { return !is_lied_to_ || script_.lie != "does_not_read"; }

  /// When it will do something next, unless something comes before.
  std::optional<Time> next() const;

  /// Whether that is a reset.
  bool will_reset() const { return !plan_.empty() && plan_.front().action.kind == Action::Kind::reset; }

  /// What it does at `now`, if anything: taken off its plan. Nothing follows a close or a reset.
  std::optional<Action> act(Time now);

 private:
  void plan(Time now, const Actions& actions);
  void answer(Time now, const std::string& request);
  Actions honest_answer(const std::string& request) const;
  void spoil(Lie::When when, Actions& actions, const std::string& request);

  const Script& script_;
  const Framing framing_;
  const bool is_lied_to_;
  const Lie* lie_;
  std::string unread_;
  std::deque<Due> plan_;
  Time last_planned_ = 0;
  Actions held_;
  std::uint64_t answered_ = 0;  ///< requests that the lie could have been told at
  bool is_silent_ = false;
  bool has_ended_ = false;  ///< sending
  bool has_closed_ = false;
};

}  // namespace oracle
