#pragma once

#include <ostream>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "scheduler/scheduler.h"
#include "scheduler/task.h"
#include "tests/conformance/backends.h"
#include "tests/support/coroutines.h"

// The conformance suite states what the seam promises (scheduler/backend.h, stream.h, listener.h, …), once for every
// backend. A test is a coroutine that captures nothing, run by a scheduler on the backend of the test's parameter:
//
//   TEST_P(Receiving, GivesBytesInTheOrderTheyWereSent) {
//     run([](Place place) -> Task<> {
//       Pair pair = co_await place.connected_pair();
//       ...
//     });
//   }
//
// Afterwards every descriptor is closed again. A test that hangs is cancelled and fails.

namespace conformance {

using sched::Task;

enum class Family : bool { tcp, local };
std::ostream& operator<<(std::ostream& out, Family family);

/// Where a test takes place: which sockets it uses, and on what. A value.
class Place {
 public:
  Place(const BackendUnderTest& backend, Family family) : backend_(backend), family_(family) {}

  bool is_tcp() const { return family_ == Family::tcp; }
  bool is_simulated() const { return backend_.is_simulated; }

  /// An address that nobody uses: port 0 of 127.0.0.1, or an abstract name.
  sched::Address free_address() const;

  /// Listens at a free address.
  sched::Listener listen(const sched::ListenOptions& options = {}) const;

  /// Two ends of a connection; both behave as `options` say.
  Task<support::Pair> connected_pair(sched::StreamOptions options = {}) const;

 private:
  BackendUnderTest backend_;
  Family family_;
};

using Body = Task<> (*)(Place);

/// Runs `body` on `backend`; the frame of both fixtures.
void run_on(const BackendUnderTest& backend, Family family, Body body);

/// For what has to do with streams: once for each backend and family of sockets.
class StreamConformance : public testing::TestWithParam<std::tuple<BackendUnderTest, Family>> {
 protected:
  void run(Body body) const { run_on(std::get<0>(GetParam()), std::get<1>(GetParam()), body); }
  bool is_tcp() const { return std::get<1>(GetParam()) == Family::tcp; }
};

/// For everything else: once for each backend, with sockets of the family that is given.
class BackendConformance : public testing::TestWithParam<BackendUnderTest> {
 protected:
  void run(Body body, Family family = Family::tcp) const { run_on(GetParam(), family, body); }
};

std::string name_of(const testing::TestParamInfo<StreamConformance::ParamType>& info);
std::string name_of(const testing::TestParamInfo<BackendConformance::ParamType>& info);

// These say what a suite, which is derived from one of the above, is run on: each backend with each family, each
// backend, each backend that works on descriptors.

#define RUN_ON_BACKENDS_AND_FAMILIES(Suite)                                                                         \
  INSTANTIATE_TEST_SUITE_P(, Suite,                                                                                 \
                           testing::Combine(testing::ValuesIn(conformance::backends()),                             \
                                            testing::Values(conformance::Family::tcp, conformance::Family::local)), \
                           [](const auto& info) { return conformance::name_of(info); })

#define RUN_ON_BACKENDS(Suite)                                                  \
  INSTANTIATE_TEST_SUITE_P(, Suite, testing::ValuesIn(conformance::backends()), \
                           [](const auto& info) { return conformance::name_of(info); })

#define RUN_ON_REAL_BACKENDS(Suite)                                                  \
  INSTANTIATE_TEST_SUITE_P(, Suite, testing::ValuesIn(conformance::real_backends()), \
                           [](const auto& info) { return conformance::name_of(info); })

}  // namespace conformance
