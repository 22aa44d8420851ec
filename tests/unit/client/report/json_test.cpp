#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "client/report/format.h"
#include "tests/support/process.h"
#include "tests/unit/client/report/sample.h"

namespace client::report {
namespace {

using nlohmann::json;
using support::Exit;
using support::Finished;
using testing::HasSubstr;

/// Judges a document on standard input by the schema whose path is the argument.
constexpr auto kValidate = R"(
import json, sys, jsonschema
jsonschema.Draft7Validator.check_schema(json.load(open(sys.argv[1])))
jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).validate(json.load(sys.stdin))
)";

Finished validate(const std::string& report) {
  return support::run({.arguments = {"python3", "-c", kValidate, GOTBACK_DOCS "/report.schema.json"}}, report);
}

TEST(JsonReport, SaysWhatWasRunAndHow) {
  const json report = json::parse(to_json(sample_report()));
  EXPECT_EQ(report["version"], 1);
  EXPECT_EQ(report["tool"], json::parse(R"({"name": "echo_client", "version": "1.2.3"})"));
  EXPECT_EQ(report["started"], "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(report["elapsed_s"], 1.75);
  EXPECT_EQ(report["seed"], 42);
  EXPECT_EQ(report["verdict"], "interrupted");
  EXPECT_EQ(report["incomplete"], true);
  EXPECT_EQ(report["reason"], "interrupted by SIGINT");
  EXPECT_EQ(report["scenarios"].size(), 7U);
}

TEST(JsonReport, HasAllThatIsKnownOfAScenario) {
  const json scenario = json::parse(to_json(sample_report()))["scenarios"][0];
  EXPECT_EQ(scenario, json::parse(R"({
    "name": "good", "path": "scenarios/good.json", "tags": ["smoke"], "verdict": "passed",
    "repetition": 0, "seed": 42, "command": "echo_client run --seed 42 scenarios/good.json",
    "started": "2023-11-14T22:13:20.123Z", "elapsed_s": 1.5,
    "clients": {"planned": 2, "passed": 2, "failed": 0, "skipped": 0, "interrupted": 0, "not_run": 0},
    "connections": 3, "frames": 4, "bytes_sent": 5, "bytes_received": 6, "failures": []})"));
}

TEST(JsonReport, HasWhatWasMeasuredUnderLoad) {
  const Report report = load_report();
  const json scenario = json::parse(to_json(report))["scenarios"][0];
  EXPECT_EQ(scenario["load"], json::parse(R"({
    "elapsed_s": 2.0, "requested_per_s": 500.0, "achieved_per_s": 495.0, "cut_short": 1, "verified": 0, "cpu_s": 0.5, "utilization": 0.25,
    "client_bound": "it was late",
    "thresholds": [{"text": "response p99 below 10ms", "held": true, "value": 0.001},
                   {"text": "connect max below 1s", "held": false, "code": "no_sample"}],
    "find_max": {"held_per_s": 500.0, "inconclusive_per_s": 520.0},
    "warmup": {"errors": 3, "failures": []}})"));
  EXPECT_EQ(scenario["metrics"]["errors"], json::parse(R"({"count": 7})"));
  EXPECT_EQ(scenario["metrics"]["connect"], json::parse(R"({"count": 0})"));
  EXPECT_EQ(scenario["metrics"]["exchange"]["count"], 2000);
  const json response = scenario["metrics"]["response"];
  EXPECT_EQ(response["count"], 1000);
  EXPECT_NEAR(response["p99_9_s"].get<double>(), 0.001, 1e-6);
  const Finished validated = validate(to_json(report));
  EXPECT_EQ(validated.exit, Exit::code(0)) << validated.error;
}

TEST(JsonReport, HasFailuresOfTheWarmUpApart) {
  Report report = load_report();
  report.scenarios[0].load->warmup_failures = {sample_failure()};
  const json scenario = json::parse(to_json(report))["scenarios"][0];
  EXPECT_EQ(scenario["load"]["warmup"]["failures"][0]["code"], "mismatch");
  EXPECT_EQ(scenario["failures"], json::array());
  const Finished validated = validate(to_json(report));
  EXPECT_EQ(validated.exit, Exit::code(0)) << validated.error;
}

TEST(HdrReport, HasALineForEachKindOfDuration) {
  const std::string log = to_hdr(load_report());
  EXPECT_THAT(log, HasSubstr("\nTag=loaded.response,0.000,2.000,1.000,HISTF"));
  EXPECT_THAT(log, HasSubstr("\nTag=loaded.exchange,0.000,2.000,0.500,HISTF"));
  EXPECT_THAT(log, testing::Not(HasSubstr("Tag=loaded.connect"))) << "there was none";
}

TEST(JsonReport, HasAllThatIsKnownOfAFailure) {
  const json failures = json::parse(to_json(sample_report()))["scenarios"][1]["failures"];
  EXPECT_EQ(failures, json::parse(R"([{
    "code": "mismatch", "phase": "expect", "title": "expect failed: equals",
    "place": {"file": "scenarios/wrong.json", "line": 5, "column": 51, "pointer": "/clients/0/steps/1/expect"},
    "count": 2,
    "clients": [{"group": "greeter", "index": 7, "endpoint": "tcp 127.0.0.1:25000",
                 "notes": ["expected  \"a\"", "received  \"b\""]}]}])"));
}

TEST(JsonReport, NamesTheErrnoWhereThereIsOne) {
  const json failure = json::parse(to_json(sample_report()))["scenarios"][2]["failures"][0];
  EXPECT_EQ(failure["errno"], "ECONNREFUSED");
  EXPECT_FALSE(failure["clients"][0].contains("endpoint"));
}

TEST(JsonReport, IsWhatItsSchemaDescribes) {
  for (const Report& report : {sample_report(), hostile_report(), Report{}}) {
    const Finished finished = validate(to_json(report));
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
  }
}

TEST(JsonReport, IsNotDescribedByItsSchemaWithAnythingElse) {
  json report = json::parse(to_json(sample_report()));
  report["scenarios"][1]["failures"][0]["code"] = "odd";
  EXPECT_THAT(validate(report.dump()).error, HasSubstr("'odd' is not one of"));
  report = json::parse(to_json(sample_report()));
  report["scenarios"][0]["more"] = 1;
  EXPECT_THAT(validate(report.dump()).error, HasSubstr("'more' was unexpected"));
}

TEST(JsonReport, KeepsControlsAndReplacesWhatIsNotUtf8) {
  Report report = sample_report();
  report.reason = "a\x1b\n\xff";
  EXPECT_EQ(json::parse(to_json(report))["reason"], "a\x1b\n\xef\xbf\xbd");
}

}  // namespace
}  // namespace client::report
