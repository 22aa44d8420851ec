#include "client/run/teardown.h"

#include <fmt/format.h>

#include "client/run/client.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "text/units.h"

namespace client::run {

namespace {

using sched::Result;
using sched::Task;

Task<void> run_steps(const scenario::Group& group, ThreadContext& thread, Outcome& outcome) {
  Client client(group, 0, thread);
  outcome = co_await client.run();
}

Task<void> end_in_time(RunContext& run, ThreadContext& thread, sched::Event& cut_short, sched::Scope& steps) {
  if (!co_await cut_short.wait() || !co_await sched::sleep_for(kTimeToTearDown)) co_return;
  run.deadline = fmt::format("{} for a teardown when the run is cut short", text::format_duration(kTimeToTearDown));
  thread.deadline_passed = true;
  steps.cancel();
}

}  // namespace

Task<Outcome> tear_down(RunContext& run, ThreadContext& thread, sched::Event& cut_short) {
  Outcome outcome = Outcome::interrupted;
  thread.stage = kTeardownStage;
  sched::Scope steps(sched::Scope::OnFailure::keep_siblings);
  sched::Scope limit(sched::Scope::OnFailure::keep_siblings);
  steps.spawn(run_steps(*run.scenario.teardown, thread, outcome));
  limit.spawn(end_in_time(run, thread, cut_short, steps));
  [[maybe_unused]] const Result<void> ended = co_await steps.join();
  limit.cancel();
  [[maybe_unused]] const Result<void> joined = co_await limit.join();
  co_return outcome;
}

}  // namespace client::run
