#include <filesystem>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "client/report/format.h"

// There is no one schema of JUnit's XML; this is what Jenkins, GitLab and others that read it have in common:
// testsuites, testsuite, properties, testcase, and in it failure, error or skipped.

namespace client::report {

namespace {

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(visible(value).c_str());
}

void set(pugi::xml_node node, const char* name, std::uint64_t value) {
  // pugixml's numbers are those of the compiler: `unsigned long long` alone is as long everywhere.
  node.append_attribute(name).set_value(static_cast<unsigned long long>(value));
}

std::string in_seconds(std::chrono::nanoseconds duration) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(duration).count());
}

/// Readers make a tree of what dots separate: "scenarios.conformance.close" for scenarios/conformance/close.json.
std::string class_name(const std::string& path) {
  std::filesystem::path stem = std::filesystem::path(path).lexically_normal();
  stem.replace_extension();
  std::string name;
  for (const auto& part : stem.relative_path()) name += (name.empty() ? "" : ".") + part.string();
  return name;
}

/// The name of the element that says how it went; nothing when it passed. What was not run is an error, since it ought
/// to have been.
const char* element_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return nullptr;
    case Verdict::skipped:
      return "skipped";
    case Verdict::failed:
      return "failure";
    default:
      return "error";
  }
}

std::uint64_t count_of(const Report& report, std::string_view element) {
  std::uint64_t count = 0;
  for (const Scenario& scenario : report.scenarios) {
    const char* its = element_of(scenario.verdict);
    if (its != nullptr && its == element) ++count;
  }
  return count;
}

void set_counts(pugi::xml_node node, const Report& report) {
  set(node, "name", "echo_client");
  set(node, "tests", report.scenarios.size());
  set(node, "failures", count_of(report, "failure"));
  set(node, "errors", count_of(report, "error"));
  set(node, "skipped", count_of(report, "skipped"));
  set(node, "time", in_seconds(elapsed(report)));
}

void append_property(pugi::xml_node properties, const char* name, const std::string& value) {
  pugi::xml_node property = properties.append_child("property");
  set(property, "name", name);
  set(property, "value", value);
}

void append_properties(pugi::xml_node suite, const Report& report) {
  pugi::xml_node properties = suite.append_child("properties");
  append_property(properties, "version", report.version);
  append_property(properties, "seed", std::to_string(report.seed));
  append_property(properties, "incomplete", report.is_incomplete ? "true" : "false");
  if (!report.reason.empty()) append_property(properties, "reason", report.reason);
}

void append_outcome(pugi::xml_node test, const Scenario& scenario) {
  const char* element = element_of(scenario.verdict);
  if (element == nullptr) return;
  pugi::xml_node outcome = test.append_child(element);
  set(outcome, "message", summary(scenario));
  if (scenario.verdict == Verdict::skipped) return;
  set(outcome, "type", code(scenario));
  std::string text;
  for (const Failure& failure : scenario.failures) text += failure.text;
  if (!text.empty()) outcome.text().set(visible(text).c_str());
}

void append_test(pugi::xml_node suite, const Scenario& scenario) {
  pugi::xml_node test = suite.append_child("testcase");
  set(test, "name", title(scenario));
  set(test, "classname", class_name(scenario.path));
  set(test, "file", scenario.path);
  set(test, "time", in_seconds(scenario.elapsed));
  append_outcome(test, scenario);
}

}  // namespace

std::string to_junit(const Report& report) {
  pugi::xml_document document;
  pugi::xml_node suites = document.append_child("testsuites");
  set_counts(suites, report);
  pugi::xml_node suite = suites.append_child("testsuite");
  set_counts(suite, report);
  if (const auto time = started(report)) set(suite, "timestamp", format_time(*time));
  append_properties(suite, report);
  for (const Scenario& scenario : report.scenarios) append_test(suite, scenario);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace client::report
