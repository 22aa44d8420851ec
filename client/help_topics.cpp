#include "client/help_topics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace client {

namespace {

struct Entry {
  std::string_view name;
  std::string_view about;
};

struct Topic {
  std::string_view name;
  std::string_view opening;
  std::span<const Entry> entries;
  std::string_view closing;
};

constexpr auto kSteps = std::to_array<Entry>({
    {"connect", "{}, or timeout, retry: {times, every}, expect_error: refused, timeout, reset or resolve"},
    {"send", "a string, or text, hex, base64, repeat: {of, count} or random: N; eol, chunks, chunk_delay"},
    {"expect", "a string, or predicates; mode, frames, count, timeout, not_before, optional, framing, capture"},
    {"exchange", "{send, expect, fresh}"},
    {"expect_close", "{}, or how: fin, reset or any; timeout"},
    {"expect_silence", "{for: DURATION}"},
    {"shutdown", "{}: ends sending"},
    {"close", "{}"},
    {"reset", "{}: closes with a reset"},
    {"sleep", "DURATION, {min, max} or {mean, distribution: \"exponential\"}"},
    {"repeat", "{times, steps} or {for: DURATION, steps}"},
    {"barrier", "{}, or name, parties, timeout: waits for other clients"},
    {"retry", "{until: STEPS, times, timeout, every, reconnect}: again until they pass"},
    {"set", "{NAME: VALUE}"},
    {"capture", "{NAME: {from, matches}}: a variable from the last frame, or from a text"},
    {"assert", "{of: TEXT, predicates}"},
    {"log", "a message that is shown"},
    {"fail", "a message; the client fails"},
    {"skip", "a message; the client ends, neither passed nor failed"},
});

constexpr auto kPredicates = std::to_array<Entry>({
    {"equals", "is this text; a string alone means the same"},
    {"not_equals", "is another text"},
    {"contains", "has this text in it"},
    {"not_contains", "does not have it in it"},
    {"starts_with", "begins with this text"},
    {"ends_with", "ends with it"},
    {"matches", "has a match of this regular expression (RE2); (?P<name>...) gives a variable a value"},
    {"one_of", "is one of these texts: [TEXT, ...]"},
    {"bytes", "is these bytes, in hexadecimal digits"},
    {"empty", "has no bytes (true), or some (false)"},
    {"length", "has this number of bytes, or one that is {less, greater, between}"},
    {"less", "is a number that is less than this one"},
    {"greater", "is a number that is greater"},
    {"between", "is a number between two, or one of them: [A, B]"},
    {"not", "does not match {predicates}"},
    {"all", "matches all of [{predicates}, ...]"},
    {"any", "matches one of [{predicates}, ...]"},
});

constexpr auto kFramings = std::to_array<Entry>({
    {"\"line\"", "a line without its end, which eol names: lf, crlf or none"},
    {"{\"delimiter\": TEXT}", "what stands in front of the text"},
    {"{\"length_prefix\": {\"bytes\": 1, 2, 4 or 8}}",
     "as many bytes as the number in front says; endian: big or little"},
    {"{\"fixed\": N}", "N bytes"},
    {"\"raw\"", "none: an expect takes as many bytes as it needs"},
});

constexpr auto kMetrics = std::to_array<Entry>({
    {"response", "the duration of an iteration from when it was to start"},
    {"service", "the duration of an iteration from its start"},
    {"exchange", "the duration from a send to the frame that answers it, of exchange steps"},
    {"connect", "the duration of connecting"},
    {"messages", "replies that were as expected"},
    {"bytes_sent", "bytes"},
    {"bytes_received", "bytes"},
    {"errors", "iterations and connects that failed"},
    {"dropped", "iterations that were to start and did not"},
    {"lost", "replies that never came"},
    {"reordered", "replies that came in the place of another one"},
    {"duplicated", "replies that came again"},
});

constexpr auto kExitCodes = std::to_array<Entry>({
    {"0", "all that was planned ran and passed, and something ran"},
    {"1", "an assertion failed, or by hand a network error"},
    {"2", "usage, or an invalid scenario"},
    {"3", "could not test: the first contact failed, a limit of the machine, or --spawn ended by itself"},
    {"4", "a threshold did not hold"},
    {"5", "nothing was selected, or all was skipped"},
    {"6", "the run's --timeout passed"},
    {"7", "a report, or what else was asked for, could not be written"},
    {"129, 130, 143", "SIGHUP, SIGINT, SIGTERM"},
});

constexpr std::array kTopics{
    Topic{"steps", "A step of a scenario is an object with one of these keys:", kSteps,
          "A duration is a number and a unit: \"250ms\". See also: echo_client help predicates"},
    Topic{"predicates", "All predicates of an expect have to hold. One holds for a frame that", kPredicates, ""},
    Topic{"framings", "\"framing\", of a file, a group or an expect, says what a frame is:", kFramings, ""},
    Topic{"metrics", "A threshold of a scenario with \"load\" looks at one of these metrics:", kMetrics,
          "As in {\"metric\": \"response\", \"at\": \"p99\", \"below\": \"10ms\"}; also above, at_most, at_least"},
    Topic{"exit-codes", "What echo_client exits with; of several the one that explains most:", kExitCodes, ""},
};

}  // namespace

std::span<const std::string_view> help_topics() {
  static constexpr auto kNames = [] {
    std::array<std::string_view, kTopics.size()> names;
    std::ranges::transform(kTopics, names.begin(), &Topic::name);
    return names;
  }();
  return kNames;
}

std::optional<std::string> help_on(std::string_view name) {
  const auto* const topic = std::ranges::find(kTopics, name, &Topic::name);
  if (topic == kTopics.end()) return std::nullopt;
  std::size_t width = 0;
  for (const Entry& entry : topic->entries) width = std::max(width, entry.name.size());
  std::string text = fmt::format("{}\n\n", topic->opening);
  for (const Entry& entry : topic->entries) text += fmt::format("  {:{}}  {}\n", entry.name, width, entry.about);
  if (!topic->closing.empty()) text += fmt::format("\n{}\n", topic->closing);
  return text;
}

}  // namespace client
