#pragma once

#include <chrono>
#include <string>

#include "client/report/report.h"

// Reports for the tests of their formats.

namespace client::report {

inline Scenario sample_scenario(std::string name, Verdict verdict, std::string reason = "") {
  Scenario scenario;
  scenario.name = std::move(name);
  scenario.path = "scenarios/" + scenario.name + ".json";
  scenario.verdict = verdict;
  scenario.reason = std::move(reason);
  scenario.seed = 42;
  scenario.command = "echo_client run --seed 42 " + scenario.path;
  scenario.planned = 2;
  return scenario;
}

inline Failure sample_failure() {
  return {.code = "mismatch",
          .phase = "expect",
          .errno_name = "",
          .title = "expect failed: equals",
          .line = 5,
          .column = 51,
          .pointer = "/clients/0/steps/1/expect",
          .count = 2,
          .clients = {{.group = "greeter",
                       .index = 7,
                       .endpoint = "tcp 127.0.0.1:25000",
                       .notes = {"expected  \"a\"", "received  \"b\""}}},
          .text = "error: expect failed: equals\n  --> wrong.json:5:51\n   |   expected  \"a\"\n"};
}

inline Scenario sample_passed() {
  Scenario scenario = sample_scenario("good", Verdict::passed);
  scenario.tags = {"smoke"};
  scenario.started = std::chrono::milliseconds(1'700'000'000'123);
  scenario.elapsed = std::chrono::milliseconds(1500);
  scenario.passed = 2;
  scenario.connections = 3;
  scenario.frames = 4;
  scenario.bytes_sent = 5;
  scenario.bytes_received = 6;
  return scenario;
}

inline Scenario sample_failed() {
  Scenario scenario = sample_scenario("wrong", Verdict::failed);
  scenario.started = std::chrono::milliseconds(1'700'000'002'000);
  scenario.elapsed = std::chrono::milliseconds(250);
  scenario.failed = 2;
  scenario.failures = {sample_failure()};
  return scenario;
}

inline Scenario sample_unreached() {
  Scenario scenario = sample_scenario("nobody", Verdict::could_not_test);
  Failure refused = sample_failure();
  refused.code = "refused";
  refused.phase = "connect";
  refused.errno_name = "ECONNREFUSED";
  refused.title = "connect failed: ECONNREFUSED";
  refused.text = "error: connect failed: ECONNREFUSED\n";
  refused.clients.front().endpoint = "";
  scenario.failed = 2;
  scenario.failures = {refused};
  return scenario;
}

/// One scenario with each verdict.
inline Report sample_report() {
  constexpr auto kWhy = "interrupted by SIGINT";
  Report report{.version = "1.2.3",
                .seed = 42,
                .verdict = Verdict::interrupted,
                .is_incomplete = true,
                .reason = kWhy,
                .scenarios = {}};
  report.scenarios = {sample_passed(),
                      sample_failed(),
                      sample_unreached(),
                      sample_scenario("lazy", Verdict::skipped, "a step skipped it"),
                      sample_scenario("slow", Verdict::deadline, "--timeout 5m passed"),
                      sample_scenario("cut", Verdict::interrupted, kWhy),
                      sample_scenario("later", Verdict::not_run, kWhy)};
  return report;
}

/// Every byte there is, and characters that formats cannot hold or that mean something to them.
inline std::string hostile_text() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  return text +
         "\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80 ]]> --> <!-- &amp; # SKIP \\# \r\n...\n---\nBail out!\nok 9\n1..7\n";
}

/// The same in each of its texts.
inline Report hostile_report() {
  const std::string text = hostile_text();
  Failure failure = sample_failure();
  failure.title = failure.pointer = failure.text = text;
  failure.clients = {{.group = text, .index = 0, .endpoint = text, .notes = {text}}};
  Scenario failed = sample_failed();
  Scenario skipped = sample_scenario(text, Verdict::skipped, text);
  failed.name = failed.path = text;
  failed.tags = {text};
  failed.command = text;
  failed.failures = {failure, failure};
  Report report = sample_report();
  report.reason = text;
  report.scenarios = {failed, skipped};
  return report;
}

/// One scenario under load.
inline Report load_report() {
  Scenario scenario = sample_scenario("loaded", Verdict::failed, "breached: connect max below 1s: no sample");
  scenario.started = std::chrono::seconds(1'700'000'000);
  Load& load = scenario.load.emplace();
  load.client_bound = "it was late";
  load.thresholds = {{.text = "response p99 below 10ms", .value = 0.001, .held = true},
                     {.text = "connect max below 1s", .value = {}, .held = false, .code = "no_sample"}};
  load.measured.elapsed = std::chrono::seconds(2);
  load.measured.requested = 500;
  load.measured.iterations = 990;
  load.measured.cut_short = 1;
  load.measured.errors = 7;
  load.measured.warmup_errors = 3;
  load.measured.response.record(std::chrono::milliseconds(1), 1000);
  load.measured.exchange.record(std::chrono::microseconds(500), 2000);
  load.search = load::FoundRates{.held = 500, .breached = {}, .inconclusive = 520};
  load.measured.threads = {{.usage = {.cpu = std::chrono::milliseconds(500), .waited = {}}}};
  Report report;
  report.version = "1.2.3";
  report.verdict = Verdict::failed;
  report.scenarios = {scenario};
  return report;
}

}  // namespace client::report
