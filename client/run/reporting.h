#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "client/options.h"
#include "client/report/report.h"
#include "client/run/exit_code.h"
#include "client/run/scenario_run.h"

namespace client::run {

/// The reports of a run: collects the results of its scenarios as plain data, and writes that in each of the formats
/// that were asked for.
class Reporting {
 public:
  /// `options` outlives it. `seed` is that of the scenarios that have none of their own.
  Reporting(const RunOptions& options, std::uint64_t seed);

  /// Whether the reports can be written, as far as that is known before the run. The error is a sentence.
  std::expected<void, std::string> check() const;

  /// What of a scenario is not in its result.
  struct Ran {
    const scenario::Scenario& scenario;
    std::uint64_t number = 0;  ///< of all that are planned, repetitions included, from 0
    std::uint64_t repetition = 0;
    std::uint64_t seed = 0;
    std::string command;  ///< for a shell: what runs it again
  };

  /// A scenario has been run; or it could not be, and the result is why. In any order.
  void add(const Ran& ran, const sched::Result<ScenarioResult>& result);

  /// The run has ended. Those of `planned` that were not added have not been run; so have those of a repetition of
  /// which some were, and no further ones are told. `why_incomplete` is a sentence, empty when all were run.
  void finish(std::span<const scenario::Scenario> planned, Verdict verdict, const std::string& why_incomplete);

  /// What the reports show.
  const report::Report& report() const { return report_; }

  // Writing, when the run has been finished. First what is written whole or not at all, then what may have to wait for
  // who reads. These give what went wrong, a sentence each.
  std::vector<std::string> write_files() const { return write(false); }
  std::vector<std::string> write_streams() const { return write(true); }
  bool has_streams() const;

 private:
  void add_those_not_run(std::span<const scenario::Scenario> scenarios, Verdict verdict);
  std::vector<std::string> write(bool streams) const;

  const RunOptions& options_;
  report::Report report_;
  std::map<std::uint64_t, report::Scenario> entries_;  ///< by their numbers
};

}  // namespace client::run
