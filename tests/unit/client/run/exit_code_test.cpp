#include "client/run/exit_code.h"

#include <cerrno>
#include <csignal>
#include <vector>

#include <gtest/gtest.h>

namespace client::run {
namespace {

using End = ScenarioResult::End;

ScenarioResult result(std::uint64_t passed, std::uint64_t failed, std::uint64_t unreached, std::uint64_t connected,
                      End end = End::complete) {
  ScenarioResult result;
  result.planned = 10;
  result.passed = passed;
  result.failed = failed;
  result.interrupted = 10 - passed - failed;
  result.unreached = unreached;
  result.connected = connected;
  result.end = end;
  return result;
}

Failure failure(Cause cause) {
  Failure failure;
  failure.cause = cause;
  return failure;
}

TEST(Judge, PassesWhenEveryClientPassed) { EXPECT_EQ(judge(result(10, 0, 0, 10)), Verdict::passed); }

TEST(Judge, FailsWhenOneFailed) { EXPECT_EQ(judge(result(9, 1, 0, 10)), Verdict::failed); }

TEST(Judge, CouldNotTestWhenNoConnectionEverStood) { EXPECT_EQ(judge(result(0, 10, 10, 0)), Verdict::could_not_test); }

TEST(Judge, FailsWhenSomeConnectionStood) { EXPECT_EQ(judge(result(1, 9, 9, 1)), Verdict::failed); }

TEST(Judge, FailsWhenAnAssertionFailedThoughNothingConnected) {
  EXPECT_EQ(judge(result(0, 10, 9, 0)), Verdict::failed);
}

TEST(Judge, CouldNotTestWhatTheMachineCannotHold) {
  for (const int limit : {EADDRNOTAVAIL, EMFILE, ENOMEM}) {
    ScenarioResult some = result(9, 1, 1, 9);
    some.failures.add(failure({.code = FailureCode::system, .phase = "connect", .error_number = limit}));
    EXPECT_EQ(judge(some), Verdict::could_not_test) << limit;
  }
  ScenarioResult reset = result(9, 1, 0, 10);
  reset.failures.add(failure({.code = FailureCode::reset, .phase = "expect", .error_number = ECONNRESET}));
  EXPECT_EQ(judge(reset), Verdict::failed);
}

TEST(Judge, TellsTheRunsDeadline) {
  EXPECT_EQ(judge(result(9, 0, 0, 10, End::deadline)), Verdict::deadline);
  EXPECT_EQ(judge(result(8, 1, 0, 10, End::deadline)), Verdict::failed) << "a failure weighs more";
}

TEST(Judge, TellsASignalWhateverElseHappened) {
  EXPECT_EQ(judge(result(5, 5, 0, 10, End::signal)), Verdict::interrupted);
}

TEST(Judge, DoesNotPassWhenClientsAreMissing) { EXPECT_NE(judge(result(9, 0, 0, 10)), Verdict::passed); }

TEST(Worse, IsTheOneThatCounts) {
  // From the heaviest to the lightest, each beside every other.
  const std::vector<Verdict> order{Verdict::invalid,    Verdict::interrupted,      Verdict::could_not_test,
                                   Verdict::failed,     Verdict::deadline,         Verdict::breached,
                                   Verdict::unreported, Verdict::nothing_selected, Verdict::passed};
  for (std::size_t heavy = 0; heavy < order.size(); ++heavy) {
    for (std::size_t light = heavy; light < order.size(); ++light) {
      EXPECT_EQ(worse(order[heavy], order[light]), order[heavy]);
      EXPECT_EQ(worse(order[light], order[heavy]), order[heavy]);
    }
  }
}

TEST(ExitCode, IsTheNumberOfTheVerdict) {
  EXPECT_EQ(exit_code(Verdict::passed, 0), 0);
  EXPECT_EQ(exit_code(Verdict::failed, 0), 1);
  EXPECT_EQ(exit_code(Verdict::invalid, 0), 2);
  EXPECT_EQ(exit_code(Verdict::could_not_test, 0), 3);
  EXPECT_EQ(exit_code(Verdict::breached, 0), 4);
  EXPECT_EQ(exit_code(Verdict::nothing_selected, 0), 5);
  EXPECT_EQ(exit_code(Verdict::deadline, 0), 6);
  EXPECT_EQ(exit_code(Verdict::unreported, 0), 7);
  EXPECT_EQ(exit_code(Verdict::interrupted, SIGINT), 130);
  EXPECT_EQ(exit_code(Verdict::interrupted, SIGTERM), 143);
}

}  // namespace
}  // namespace client::run
