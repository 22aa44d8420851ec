#pragma once

#include <cstdint>

#include "client/run/scenario_run.h"

// What a run came to, as a number that scripts can act on.

namespace client::run {

enum class Verdict : std::uint8_t {
  passed,            ///< 0: all that was planned ran and passed, and something ran
  skipped,           ///< nothing was tested, for the scenario said so
  failed,            ///< 1: an assertion failed
  invalid,           ///< 2: usage, or an invalid scenario
  could_not_test,    ///< 3: the first contact failed, or a limit of the machine
  breached,          ///< 4: a threshold did not hold
  nothing_selected,  ///< 5
  deadline,          ///< 6: the run's deadline passed
  unreported,        ///< 7: a report, or what else was asked for, could not be written
  interrupted,       ///< 129, 130 or 143: a signal
};

/// What one scenario's result means. The first contact has failed when no connection ever stood, and all that failed
/// did so for that; and nothing was tested, either, where the machine could not hold the connections, and under a load
/// of which no iteration was to start in the time that is measured.
Verdict judge(const ScenarioResult& result);

/// The one that counts when several were reached: invalid, interrupted, could_not_test, failed, deadline,
/// breached, unreported, in this order.
Verdict worse(Verdict a, Verdict b);

/// The process's exit code; `signal` is the one that interrupted it.
int exit_code(Verdict verdict, int signal);

}  // namespace client::run
