#include "client/report/format.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "text/utf8.h"

namespace client::report {

namespace {

bool is_text(char32_t character) {
  if (character == '\n' || character == '\t') return true;
  const bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
  return !is_control && character != 0xfffe && character != 0xffff;
}

/// The first that failed the scenario, where thresholds alone have: whatever else failed under load was theirs to
/// judge. Null where they have not.
const Threshold* deciding_threshold(const Scenario& scenario) {
  if (!scenario.load || scenario.reason.empty() || scenario.verdict != Verdict::failed) return nullptr;
  const auto failed = std::ranges::find_if(scenario.load->thresholds,
                                           [](const Threshold& threshold) { return !threshold.code.empty(); });
  return failed != scenario.load->thresholds.end() ? &*failed : nullptr;
}

}  // namespace

std::string visible(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const text::CodePoint first = text::first_code_point(bytes);
    if (first.size == 0 || (first.size == 1 && !is_text(first.value))) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
      continue;
    }
    if (is_text(first.value)) {
      out += bytes.substr(0, first.size);
    } else {
      out += fmt::format("\\u{{{:04x}}}", static_cast<std::uint32_t>(first.value));
    }
    bytes.remove_prefix(first.size);
  }
  return out;
}

std::string title(const Scenario& scenario) {
  return scenario.name + (scenario.repetition > 0 ? fmt::format(" (repetition {})", scenario.repetition) : "");
}

std::string code(const Scenario& scenario) {
  if (const Threshold* threshold = deciding_threshold(scenario)) return threshold->code;
  return scenario.failures.empty() ? name_of(scenario.verdict) : scenario.failures.front().code;
}

std::string summary(const Scenario& scenario) {
  if (scenario.failures.empty() || deciding_threshold(scenario) != nullptr)
    return scenario.reason.empty() ? name_of(scenario.verdict) : scenario.reason;
  const std::size_t others = scenario.failures.size() - 1;
  return scenario.failures.front().title + (others > 0 ? fmt::format(", and {} more", others) : "");
}

std::string to_text(const Report& report, Format format) {
  switch (format) {
    case Format::json:
      return to_json(report);
    case Format::junit:
      return to_junit(report);
    case Format::tap:
      return to_tap(report);
    case Format::hdr:
      return to_hdr(report);
  }
  return "";
}

}  // namespace client::report
