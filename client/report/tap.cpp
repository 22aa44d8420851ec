#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/report/format.h"

// https://testanything.org/tap-version-13-specification.html. The escapes of a description are those of version 14,
// which readers of 13 have as well.

namespace client::report {

namespace {

/// On one line, and without what would begin a directive.
std::string description(std::string_view text) {
  std::string out;
  for (const char character : visible(text)) {
    if (character == '\n' || character == '\t') {
      out += character == '\n' ? "\\\\n" : "\\\\t";
    } else {
      if (character == '#' || character == '\\') out += '\\';
      out += character;
    }
  }
  return out;
}

/// A string of JSON is one of YAML.
std::string yaml_string(std::string_view text) { return nlohmann::json(visible(text)).dump(); }

/// For people: each line of the text behind a mark that keeps it from being read as anything else.
std::string comment(std::string_view text) {
  const std::string shown = visible(text);
  std::string out;
  for (std::string_view rest = shown; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += fmt::format("# {}\n", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::string failure_block(const Failure& failure, const std::string& path) {
  std::string out = fmt::format("    - code: {}\n", failure.code);
  if (!failure.errno_name.empty()) out += fmt::format("      errno: {}\n", failure.errno_name);
  out += fmt::format("      title: {}\n", yaml_string(failure.title));
  out += fmt::format("      at: {}\n", yaml_string(fmt::format("{}:{}:{}", path, failure.line, failure.column)));
  out += fmt::format("      pointer: {}\n", yaml_string(failure.pointer));
  out += fmt::format("      count: {}\n", failure.count);
  return out;
}

std::string diagnostics(const Scenario& scenario) {
  std::string out = "  ---\n";
  out += fmt::format("  message: {}\n", yaml_string(summary(scenario)));
  out += fmt::format("  severity: {}\n", scenario.verdict == Verdict::failed ? "fail" : "error");
  out += fmt::format("  verdict: {}\n", name_of(scenario.verdict));
  out += fmt::format("  path: {}\n", yaml_string(scenario.path));
  out += fmt::format("  command: {}\n", yaml_string(scenario.command));
  if (!scenario.failures.empty()) out += "  failures:\n";
  for (const Failure& failure : scenario.failures) out += failure_block(failure, scenario.path);
  out += "  ...\n";
  for (const Failure& failure : scenario.failures) out += comment(failure.text);
  return out;
}

std::string test_lines(const Scenario& scenario, std::size_t number) {
  const std::string name = description(title(scenario));
  if (scenario.verdict == Verdict::passed) return fmt::format("ok {} - {}\n", number, name);
  if (scenario.verdict == Verdict::skipped) {
    return fmt::format("ok {} - {} # SKIP {}\n", number, name, description(scenario.reason));
  }
  return fmt::format("not ok {} - {}\n{}", number, name, diagnostics(scenario));
}

}  // namespace

std::string to_tap(const Report& report) {
  std::string out = fmt::format("TAP version 13\n1..{}\n", report.scenarios.size());
  out += comment(fmt::format("echo_client {}, seed {}", report.version, report.seed));
  std::size_t number = 0;
  for (const Scenario& scenario : report.scenarios) out += test_lines(scenario, ++number);
  if (report.is_incomplete) out += fmt::format("Bail out! {}\n", description(report.reason));
  return out;
}

}  // namespace client::report
