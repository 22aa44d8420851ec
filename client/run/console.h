#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "client/run/scenario_run.h"

// What a run tells on standard error: progress while it goes on, what clients say, a line for each scenario, the
// failures and the verdict. What is said on other threads than the one that made the console comes in whole lines.

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

  /// -1 for --quiet, 0, 1 for -v, 2 for -vv.
  static Detail detail_of(int verbosity);

  /// A scenario is about to be run: told to those who want to know more.
  void announce(const scenario::Scenario& scenario, std::uint64_t seed) const;

  /// Shows progress of the scenario `name`, and what its clients say: as a bar on a terminal, redrawn ten times a
  /// second, else as a line every ten seconds; and so it does when others run beside it.
  Watcher watch(const std::string& name, bool is_alone = true);

  /// A scenario has ended. `replay` is the command that runs it again; it is shown if the scenario has failed.
  void show(const scenario::Scenario& scenario, const ScenarioResult& result, const std::string& replay = {});

  /// All of them have: `planned` scenarios, of which some may not have been run. `why` says what stands beside the
  /// counts when the run was cut short; else it is empty.
  void show_verdict(bool passed, std::uint64_t planned, std::string_view why) const;

  /// A line of its own, whatever the detail.
  void say(std::string_view line) const;
  /// The same, with the program's name in front.
  void complain(std::string_view what) const;
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

  void log(const std::string& scenario, std::string_view message, const std::string& group, std::uint64_t client);
  void write(std::string_view text) const;
  std::string paint(std::string_view text, std::string_view colour) const;

  const Detail detail_;
  std::FILE* const out_;
  const bool is_terminal_;
  const bool has_colours_;
  Sum sum_;
  std::atomic<std::uint64_t> said_{0};  ///< by clients
};

}  // namespace client::run
