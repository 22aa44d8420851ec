#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/options.h"
#include "client/run/console.h"
#include "client/run/exit_code.h"
#include "client/scenario/load.h"
#include "client/scenario/model.h"
#include "transports/url.h"

namespace client::run {

/// The scenarios of one invocation: read, checked whole, and selected, before anything runs.
class Suite {
 public:
  /// `options` outlive it. ${seed} gives `seed` where a file does not say otherwise.
  Suite(const RunOptions& options, std::uint64_t seed) : options_(options), seed_(seed) {}

  /// Reads all files and keeps those that were selected. Verdict::passed when there is something to run; else the
  /// console has been told why there is not.
  Verdict load(const Console& console);

  const std::vector<scenario::Scenario>& scenarios() const { return scenarios_; }

  /// How long all that is planned may take: the loads and the connecting, and a minute more, or five when there is more
  /// than loads.
  sched::Duration usual_time_limit() const;
  /// The same for one scenario, run once.
  static sched::Duration usual_time_limit(const scenario::Scenario& scenario);

  /// A line for each of them: its file, its name, and its tags.
  std::string listing() const;

  /// The same scenarios as they are in the repetition `number`, from 0, which has a seed of its own.
  std::vector<scenario::Scenario> repetition(std::uint64_t number) const;

  /// The different targets that groups name and that are known before the run.
  std::vector<transport::Url> targets() const;

  /// Whether some group names no target.
  bool lacks_targets() const;

  /// Gives those groups this one.
  void point_to(const std::string& url);

 private:
  Verdict keep(const Console& console) const;
  scenario::LoadOptions load_options(std::uint64_t seed) const;

  const RunOptions& options_;
  const std::uint64_t seed_;
  std::optional<std::string> target_;
  std::vector<scenario::Scenario> scenarios_;
};

}  // namespace client::run
