#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "client/run/scenario_run.h"

// What a run tells on standard error: progress while it goes on, a line for each scenario, the failures and the
// verdict.

namespace client::run {

/// A number and what is counted: "1 client", "2 clients".
std::string counted(std::uint64_t count, const char* one, const char* many);

class Console {
 public:
  /// How much is told: only what went wrong, the ordinary, more, and still more.
  enum class Detail : std::uint8_t { quiet, normal, verbose, very_verbose };

  /// `out` stays open. On a terminal there are colours, unless the environment's NO_COLOR says otherwise
  /// (https://no-color.org), and a bar.
  explicit Console(Detail detail, std::FILE* out = stderr);

  /// Shows progress of the scenario `name`: a bar on a terminal, redrawn ten times a second, else a line every ten
  /// seconds.
  Watcher watch(const std::string& name) const;

  /// A scenario has ended.
  void show(const scenario::Scenario& scenario, const ScenarioResult& result);

  /// All of them have: `planned` scenarios, of which some may not have been run. `why` says what stands beside the
  /// counts when the run was cut short; else it is empty.
  void show_verdict(bool passed, std::uint64_t planned, std::string_view why) const;

  /// A line of its own, whatever the detail.
  void say(std::string_view line) const;
  /// A line of its own, from this detail on.
  void say_from(Detail detail, std::string_view line) const;

 private:
  /// The counts of all scenarios so far.
  struct Sum {
    std::uint64_t passed = 0;
    std::uint64_t clients = 0;
    std::uint64_t frames = 0;
    sched::Duration elapsed{};
  };

  void write(std::string_view text) const;
  std::string paint(std::string_view text, std::string_view colour) const;

  const Detail detail_;
  std::FILE* const out_;
  const bool is_terminal_;
  const bool has_colours_;
  Sum sum_;
};

}  // namespace client::run
