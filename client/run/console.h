#pragma once

#include <cstdint>
#include <string>

#include "client/run/scenario_run.h"

// What a run tells on standard error: progress while it goes on, a line for each scenario, the failures and the
// verdict.

namespace client::run {

class Console {
 public:
  /// How much is told: only failures and the verdict, the ordinary, or more.
  enum class Detail : std::uint8_t { quiet, normal, verbose };

  explicit Console(Detail detail);

  /// Shows progress of the scenario `name`: a bar on a terminal, redrawn ten times a second, else a line every ten
  /// seconds.
  Watcher watch(const std::string& name) const;

  /// A scenario has ended.
  void show(const scenario::Scenario& scenario, const ScenarioResult& result) const;
  /// All of them have. `why` says what stands beside the counts when something was cut short; else it is empty.
  void show_verdict(bool passed, const std::string& why) const;

  /// A line of its own.
  void say(const std::string& line) const;
  /// The same, when verbose.
  void detail(const std::string& line) const;

 private:
  /// The counts of all scenarios so far.
  struct Sum {
    std::uint64_t scenarios = 0;
    std::uint64_t passed = 0;
    std::uint64_t clients = 0;
    std::uint64_t frames = 0;
    sched::Duration elapsed{};
  };

  std::string paint(const std::string& text, const char* colour) const;
  void clear_bar() const;

  Detail detail_;
  bool terminal_;
  bool colours_;
  mutable Sum sum_;
};

}  // namespace client::run
