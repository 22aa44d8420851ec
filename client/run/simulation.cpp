#include "client/run/simulation.h"

#include "client/scenario/model.h"
#include "scheduler/backends/simulated.h"

namespace client::run {

namespace {

constexpr std::uint64_t kBytesASecond = scenario::Send::kMaxBytes / 2;

}  // namespace

std::unique_ptr<sched::Backend> make_simulated_network(std::uint64_t seed) {
  auto conditions = sched::simulated::Conditions::drawn_from(seed);
  conditions.make_fast_enough_for(kBytesASecond);
  return sched::make_simulated_backend({.seed = seed, .conditions = conditions, .when_stuck = nullptr});
}

}  // namespace client::run
