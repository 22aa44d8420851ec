#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/report/report.h"

// The formats of reports: for each a pure function from the data to the text of a file. docs/reports.md describes them.

namespace client::report {

enum class Format : std::uint8_t { json, junit, tap, hdr };

/// One object, described by docs/report.schema.json. Bytes that are not UTF-8 become U+FFFD.
std::string to_json(const Report& report);

/// XML as Jenkins and GitLab read it, with one testcase a scenario. What XML cannot hold is made visible().
std::string to_junit(const Report& report);

/// TAP version 13, with one test a scenario and a YAML block and the failures as comments for what did
/// not pass. What could break a line or is no
/// text is made visible().
std::string to_tap(const Report& report);

/// The latencies that were measured under load, in the log format of HdrHistogram: for each scenario a line for each
/// kind, tagged "SCENARIO.response" and the like.
std::string to_hdr(const Report& report);

std::string to_text(const Report& report, Format format);

/// `bytes` with \xNN and \u{NNNN} in place of what is no text: controls other than newline and tab, bytes that are not
/// UTF-8, and U+FFFE and U+FFFF.
std::string visible(std::string_view bytes);

/// The name, and which time it is if it is not the first: "close (repetition 2)".
std::string title(const Scenario& scenario);

/// Why it did not pass, for machines: the code of the threshold or of the first failure that it failed by, or the
/// verdict's name.
std::string code(const Scenario& scenario);

/// In one line: the title of the first failure and how many others there are, or the reason, or the verdict's name.
std::string summary(const Scenario& scenario);

}  // namespace client::report
