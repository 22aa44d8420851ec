#include "tests/conformance/conformance.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <string>

#include "scheduler/cancel_scope.h"
#include "scheduler/sleep.h"
#include "tests/support/patience.h"

namespace conformance {

namespace {

/// Simulated time costs nothing.
constexpr std::chrono::hours kSimulatedPatience{1};

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

Task<> guarded(Body body, Place place) {
  const sched::Duration patience = place.is_simulated() ? sched::Duration(kSimulatedPatience) : support::kPatience;
  const sched::CancelScope limit(sched::instant_after(sched::now(), patience));
  co_await body(place);
  EXPECT_FALSE(limit.expired()) << "the test hung and was cancelled";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, Family family) { return out << (family == Family::tcp ? "tcp" : "unix"); }

sched::Address Place::free_address() const {
  if (is_tcp()) return *sched::Address::ip("127.0.0.1", 0);
  static std::atomic<int> made = 0;
  return *sched::Address::unix_path("@gotback-test-" + std::to_string(::getpid()) + "-" + std::to_string(++made));
}

sched::Listener Place::listen(const sched::ListenOptions& options) const {
  return support::must(sched::listen(free_address(), options));
}

Task<support::Pair> Place::connected_pair(sched::StreamOptions options) const {
  sched::ListenOptions listen_options;
  listen_options.streams = options;
  sched::Listener listener = listen(listen_options);
  co_return co_await support::connect_pair(listener, options);
}

void run_on(const BackendUnderTest& backend, Family family, Body body) {
  const std::ptrdiff_t open_before = open_descriptors();
  {
    sched::Scheduler scheduler(backend.make());
    scheduler.run(guarded(body, Place(backend, family)));
    EXPECT_FALSE(scheduler.backend().is_closing());
    EXPECT_EQ(scheduler.timers().size(), 0U);
  }
  EXPECT_EQ(open_descriptors(), open_before) << "a descriptor was left open";
}

std::string name_of(const testing::TestParamInfo<StreamConformance::ParamType>& info) {
  return std::get<0>(info.param).name + std::string(std::get<1>(info.param) == Family::tcp ? "_tcp" : "_unix");
}

std::string name_of(const testing::TestParamInfo<BackendConformance::ParamType>& info) { return info.param.name; }

}  // namespace conformance
