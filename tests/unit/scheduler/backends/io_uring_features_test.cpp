#include "scheduler/backends/io_uring_features.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/scheduler/backends/uring_run.h"

namespace {

using sched::Task;
using sched::UringFeature;
using sched::UringOptions;

UringOptions without(UringFeature feature) { return {.masked_features = static_cast<std::uint32_t>(feature)}; }

TEST(UringFeatures, ThatItNeedsAreNamedWhenTheyAreMissing) {
  const std::vector<std::pair<UringFeature, std::string>> needed{
      {UringFeature::timed_wait, "io_uring's timed wait"},
      {UringFeature::kept_overflow, "io_uring's completion overflow list"},
      {UringFeature::stable_submission, "io_uring's stable submission"},
      {UringFeature::silent_success, "io_uring's silent completion"},
      {UringFeature::buffer_rings, "io_uring's provided buffer ring"},
      {UringFeature::multishot_receive, "io_uring's multishot receive"},
      {UringFeature::multishot_accept, "io_uring's multishot accept"},
  };
  for (const auto& [feature, name] : needed) {
    const auto backend = sched::make_io_uring_backend(without(feature));
    ASSERT_FALSE(backend.has_value()) << name;
    EXPECT_EQ(describe(backend.error()), name + ": EOPNOTSUPP (Operation not supported)");
  }
}

TEST(UringFeatures, ThatItCanDoWithoutChangeNothing) {
  for (const UringFeature feature :
       {UringFeature::deferred_work, UringFeature::registered_ring, UringFeature::silent_send}) {
    uring::run([]() -> Task<> { co_await uring::exchange(20, 20, 5000); }, without(feature));
  }
}

}  // namespace
