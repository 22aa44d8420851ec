#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/report/format.h"
#include "tests/support/process.h"
#include "tests/unit/client/report/sample.h"

namespace client::report {
namespace {

using support::Exit;
using support::Finished;
using testing::EndsWith;
using testing::HasSubstr;

/// Reads a report from standard input as perl's Test::Harness does, and prints its tests, and what is wrong with it.
constexpr auto kRead = R"(
use TAP::Parser;
local $/;
my $parser = TAP::Parser->new({tap => <STDIN>});
while (my $result = $parser->next) {
  print $result->number, $result->is_ok ? ' ok ' : ' not ok ', $result->directive, "\n" if $result->is_test;
  print "bails out\n" if $result->is_bailout;
  print "message ", $result->data->{message}, "\n" if $result->is_yaml;
  print "unknown ", $result->raw, "\n" if $result->is_unknown;
}
print "wrong: $_\n" for $parser->parse_errors;
)";

std::string read(const std::string& report) {
  const Finished finished = support::run({.arguments = {"perl", "-e", kRead}}, report);
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error << report;
  return finished.output;
}

TEST(TapReport, HasATestForEachScenario) {
  Report report = sample_report();
  report.scenarios.resize(4);
  EXPECT_EQ(to_tap(report), R"(TAP version 13
1..4
# echo_client 1.2.3, seed 42
ok 1 - good
not ok 2 - wrong
  ---
  message: "expect failed: equals"
  severity: fail
  verdict: failed
  path: "scenarios/wrong.json"
  command: "echo_client run --seed 42 scenarios/wrong.json"
  failures:
    - code: mismatch
      title: "expect failed: equals"
      at: "scenarios/wrong.json:5:51"
      pointer: "/clients/0/steps/1/expect"
      count: 2
  ...
# error: expect failed: equals
#   --> wrong.json:5:51
#    |   expected  "a"
not ok 3 - nobody
  ---
  message: "connect failed: ECONNREFUSED"
  severity: error
  verdict: could_not_test
  path: "scenarios/nobody.json"
  command: "echo_client run --seed 42 scenarios/nobody.json"
  failures:
    - code: refused
      errno: ECONNREFUSED
      title: "connect failed: ECONNREFUSED"
      at: "scenarios/nobody.json:5:51"
      pointer: "/clients/0/steps/1/expect"
      count: 2
  ...
# error: connect failed: ECONNREFUSED
ok 4 - lazy # SKIP a step skipped it
Bail out! interrupted by SIGINT
)");
}

TEST(TapReport, IsReadByTestHarness) {
  EXPECT_EQ(read(to_tap(sample_report())),
            "1 ok \n"
            "2 not ok \nmessage expect failed: equals\n"
            "3 not ok \nmessage connect failed: ECONNREFUSED\n"
            "4 ok SKIP\n"
            "5 not ok \nmessage --timeout 5m passed\n"
            "6 not ok \nmessage interrupted by SIGINT\n"
            "7 not ok \nmessage interrupted by SIGINT\n"
            "bails out\n");
}

TEST(TapReport, BailsOutOnlyWhenItIsIncomplete) {
  Report report = sample_report();
  report.is_incomplete = false;
  EXPECT_THAT(read(to_tap(report)), Not(HasSubstr("bails out")));
}

TEST(TapReport, IsReadWhateverTheTextsAre) {
  const std::string tests = read(to_tap(hostile_report()));
  EXPECT_THAT(tests, testing::StartsWith("1 not ok \nmessage "));
  EXPECT_THAT(tests, EndsWith("\n2 ok SKIP\nbails out\n"));
  EXPECT_THAT(tests, Not(HasSubstr("unknown")));
  EXPECT_THAT(tests, Not(HasSubstr("wrong")));
}

TEST(TapReport, EscapesWhatWouldBeADirective) {
  Report report = sample_report();
  report.scenarios.resize(1);
  report.scenarios.front().name = "a # SKIP \\ b\nc";
  EXPECT_THAT(to_tap(report), HasSubstr("ok 1 - a \\# SKIP \\\\ b\\\\nc\n"));
}

}  // namespace
}  // namespace client::report
