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
using testing::HasSubstr;

/// Reads a report from standard input as XML, and prints what is counted in it and what says that it is there.
constexpr auto kRead = R"(
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
suite = root.find('testsuite')
cases = suite.findall('testcase')
for node in (root, suite):
  print(*(node.get(name) for name in ('tests', 'failures', 'errors', 'skipped')))
print(len(cases), *(len(suite.findall('testcase/' + name)) for name in ('failure', 'error', 'skipped')))
print(ascii(cases[0].get('name')))
)";

std::string read(const std::string& report) {
  const Finished finished = support::run({.arguments = {"python3", "-c", kRead}}, report);
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error << report;
  return finished.output;
}

TEST(JunitReport, HasACaseForEachScenario) {
  EXPECT_EQ(to_junit(sample_report()), R"(<?xml version="1.0"?>
<testsuites name="echo_client" tests="7" failures="1" errors="4" skipped="1" time="1.750000">
  <testsuite name="echo_client" tests="7" failures="1" errors="4" skipped="1" time="1.750000" timestamp="2023-11-14T22:13:20.123Z">
    <properties>
      <property name="version" value="1.2.3" />
      <property name="seed" value="42" />
      <property name="incomplete" value="true" />
      <property name="reason" value="interrupted by SIGINT" />
    </properties>
    <testcase name="good" classname="scenarios.good" file="scenarios/good.json" time="1.500000" />
    <testcase name="wrong" classname="scenarios.wrong" file="scenarios/wrong.json" time="0.250000">
      <failure message="expect failed: equals" type="mismatch">error: expect failed: equals
  --&gt; wrong.json:5:51
   |   expected  "a"
</failure>
    </testcase>
    <testcase name="nobody" classname="scenarios.nobody" file="scenarios/nobody.json" time="0.000000">
      <error message="connect failed: ECONNREFUSED" type="refused">error: connect failed: ECONNREFUSED
</error>
    </testcase>
    <testcase name="lazy" classname="scenarios.lazy" file="scenarios/lazy.json" time="0.000000">
      <skipped message="a step skipped it" />
    </testcase>
    <testcase name="slow" classname="scenarios.slow" file="scenarios/slow.json" time="0.000000">
      <error message="--timeout 5m passed" type="deadline" />
    </testcase>
    <testcase name="cut" classname="scenarios.cut" file="scenarios/cut.json" time="0.000000">
      <error message="interrupted by SIGINT" type="interrupted" />
    </testcase>
    <testcase name="later" classname="scenarios.later" file="scenarios/later.json" time="0.000000">
      <error message="interrupted by SIGINT" type="not_run" />
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(JunitReport, IsXmlWhoseCountsAreRight) {
  EXPECT_EQ(read(to_junit(sample_report())), "7 1 4 1\n7 1 4 1\n7 1 4 1\n'good'\n");
}

TEST(JunitReport, IsXmlWhateverTheTextsAre) {
  EXPECT_THAT(read(to_junit(hostile_report())), HasSubstr("2 1 0 1\n2 1 0 1\n2 1 0 1\n'\\\\x00\\\\x01"));
}

TEST(JunitReport, IsXmlWithoutAnyScenario) {
  EXPECT_THAT(to_junit(Report{}), HasSubstr("<testsuite name=\"echo_client\" tests=\"0\""));
}

TEST(JunitReport, NamesClassesAsReadersMakeATreeOf) {
  Report report = sample_report();
  report.scenarios.resize(1);
  for (const auto& [path, name] : {std::pair("./a/../b/c.json", "b.c"), std::pair("/tmp/x.json", "tmp.x"),
                                   std::pair("x.json", "x"), std::pair("", "")}) {
    report.scenarios.front().path = path;
    EXPECT_THAT(to_junit(report), HasSubstr(std::string("classname=\"") + name + "\"")) << path;
  }
}

}  // namespace
}  // namespace client::report
