#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "client/scenario/load.h"
#include "tests/support/temporary_directory.h"

// Whatever bytes a file holds: it is read or it is refused with places that are in it, soon, and nothing else happens.

namespace client::scenario {
namespace {

using Clock = std::chrono::steady_clock;

const LoadOptions kOptions{
    .variables = {{"fixed", "value"}}, .target = {}, .seed = 1, .environment = [](const std::string& name) {
      return name == "HOME" ? std::optional("/root") : std::nullopt;
    }};

/// Whether `text` is a scenario. What is said when it is not has places in it, and can be printed.
bool read(const std::string& text) {
  const auto scenario = parse("x.json", text, kOptions);
  if (scenario) return true;
  EXPECT_FALSE(scenario.error().empty());
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n') + 1);
  for (const Diagnostic& diagnostic : scenario.error()) {
    EXPECT_GE(diagnostic.place.line, 1U);
    EXPECT_LE(diagnostic.place.line, lines);
    EXPECT_GE(diagnostic.place.column, 1U);
    EXPECT_LE(diagnostic.place.column, text.size() + 1);
    EXPECT_GE(diagnostic.place.length, 1U);
    const std::string shown = render(diagnostic);
    EXPECT_LT(shown.size(), 20000U);
    for (const char c : shown) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= ' ') << shown;
  }
  return false;
}

/// Every scenario in the repository, and one that uses every key.
std::vector<std::string> seeds() {
  std::vector<std::string> texts{R"({ // comment
    "$schema": "x", "name": "n", "description": "ü 世界 😀", "tags": ["a"], "seed": 5, "eol": "crlf",
    "variables": {"a": "x${env:HOME}", "b": 2, "c": true}, "framing": "line", "x-y": [null, 1e3],
    "defaults": {"timeout": "2s", "connect_timeout": "1s", "client_timeout": "1h", "max_buffer": "64KiB"},
    "target": {"url": "tcp://[::1]:${b}", "source": "::1"},
    "clients": [{"name": "g", "count": "${b}", "connection": "manual", "allow_extra": "${c}", "start_after": "1ms",
      "steps": [{"connect": {"retry": {"times": 2, "every": "1ms"}, "expect_error": "refused"}},
        {"send": {"text": "${uuid}${random:5}${now_ms}$${x}\u0000\ud83d\ude00", "eol": "none"}},
        {"expect": {"mode": "any_order", "frames": ["${a}", {"matches": "^(a|b)+${client.index}$"}], "count": 2}},
        {"exchange": {"send": "a", "expect": {"contains": "${fixed}", "framing": "raw", "not_before": "1ms"}}},
        {"expect_close": {"how": "any"}}, {"expect_silence": {"for": "1ms"}}, {"shutdown": {}}, {"reset": {}},
        {"sleep": {"mean": "1s", "distribution": "exponential"}}, {"barrier": {"parties": 1}},
        {"repeat": {"for": "1s", "steps": [{"close": {}}]}}]}]})"};
  for (const Found& file : find_scenarios({GOTBACK_SCENARIOS}).value()) texts.push_back(support::read_file(file.path));
  return texts;
}

/// `text` with a few bytes changed, removed, doubled or swapped for something that JSON or a scenario is made of.
std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::array<std::string_view, 24> kParts{
      "{",    "}",    "[",  "]",       ",",       ":",       "\"", "\\",  "${",
      "}",    "$",    "/*", "//",      "\n",      "null",    "-1", "1e9", "99999999999999999999",
      "\xff", "\xc3", "ü",  "\\u0000", "\\ud800", "\"send\""};
  for (auto count = 1 + random() % 4; count > 0; --count) {
    const std::size_t at = random() % (text.size() + 1);
    const std::size_t length = std::min<std::size_t>(random() % 8, text.size() - at);
    switch (random() % 5) {
      case 0:
        text.replace(at, length, kParts[random() % kParts.size()]);
        break;
      case 1:
        text.insert(at, kParts[random() % kParts.size()]);
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(at, text.substr(random() % (text.size() + 1), random() % 40));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random());
    }
  }
  return text;
}

TEST(AnyBytes, AreReadOrRefused) {
  std::mt19937 random(7);
  const std::vector<std::string> texts = seeds();
  ASSERT_GT(texts.size(), 10U);
  int read_count = 0;
  for (const std::string& text : texts) {
    ASSERT_TRUE(read(text)) << text;
    const std::size_t rounds = 400'000 / text.size() + 20;
    for (std::size_t i = 0; i < rounds; ++i) read_count += read(mutated(text, random)) ? 1 : 0;
  }
  EXPECT_GT(read_count, 50) << "mutations that change nothing of importance are harmless";
}

TEST(AnyBytes, CanBeCutAnywhere) {
  const std::string text = seeds().front();
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(read(text.substr(0, size))) << size;
}

TEST(AnyBytes, OfNoMeaningAreRefused) {
  std::mt19937 random(11);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    EXPECT_FALSE(read(text));
  }
}

/// `count` times `part`.
std::string times(std::size_t count, std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

/// `count` times `begin` and `end`, with numbers that differ between them.
std::string numbered(std::size_t count, std::string_view begin, std::string_view end) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::string(begin) + std::to_string(i) + std::string(end);
  return text;
}

// Each of these takes a second or less; were any part of reading quadratic, it would take minutes or hours.
TEST(HugeFiles, AreReadOrRefusedSoon) {
  constexpr std::size_t kMega = 1'000'000;
  const std::string open = R"({"clients": [{"steps": [)";
  const std::string close = "]}]}";
  const std::vector<std::pair<std::string, bool>> cases{
      {times(kMega, "["), false},
      {"[" + times(kMega, "[],") + "[]]", false},
      {"{" + times(kMega / 4, "\"k\":1,") + "\"k\":1}", false},
      {"{" + numbered(kMega, "\"k", "\":1,") + "\"k\":1}", false},
      {"{" + numbered(kMega / 10, "\"x-k", "\":1,") + open.substr(1) + R"({"close":{}})" + close, true},
      {times(4 * kMega, "\n") + "x", false},
      {"/*" + times(4 * kMega, "*"), false},
      {"[" + times(4 * kMega, "1") + "]", false},
      {open + times(kMega / 10, R"({"send":"a"},)") + R"({"send":"a"})" + close, true},
      {open + times(kMega / 10, R"({"sned":"a"},)") + R"({"send":"a"})" + close, false},
      {open + R"({"send":")" + times(4 * kMega, "ü") + "\"}" + close, true},
      {open + R"({"send":")" + times(4 * kMega, "\\\"") + "\"}" + close, true},
      {open + R"({"send":")" + times(4 * kMega, "$") + "\"}" + close, true},
      {open + R"({"send":")" + times(kMega, "${nobody}") + "\"}" + close, false},
      {open + R"({"send":")" + times(kMega / 2, "${iteration}") + "\"}" + close, true},
      {open + R"({")" + times(4 * kMega, "k") + "\":1}" + close, false},
      {R"({"variables":{"v":")" + times(4 * kMega, "v") + "\"}," + open.substr(1) +
           times(kMega / 10, R"({"send":"${v}"},)") + R"({"send":"a"})" + close,
       false},
  };
  const auto begin = Clock::now();
  for (const auto& [text, good] : cases) EXPECT_EQ(read(text), good) << text.substr(0, 60);
  EXPECT_LT(Clock::now() - begin, std::chrono::minutes(2));
}

// --- Deep files, on a small stack

/// Frames of what is not optimized are large, those of inline functions that tests and programs share, too.
#if defined(__OPTIMIZE__)
constexpr std::size_t kStackSize = std::size_t{64} << 10;
#else
constexpr std::size_t kStackSize = std::size_t{128} << 10;
#endif

/// The deepest files of their kinds: one level more is refused.
std::vector<std::string> deepest() {
  const std::string steps = times(19, R"({"repeat":{"times":1,"steps":[)") + R"({"close":{}})" + times(19, "]}}");
  const std::string patterns = times(57, R"({"not":)") + R"("a")" + times(57, "}");
  const std::string values = "[" + times(62, "[") + times(62, "]") + "]";
  return {R"({"clients":[{"steps":[)" + steps + "]}]}", R"({"clients":[{"steps":[{"expect":)" + patterns + "}]}]}",
          R"({"x-deep":)" + values + R"(,"clients":[{"steps":[{"close":{}}]}]})"};
}

/// The same with one level more.
std::vector<std::string> too_deep() {
  std::vector<std::string> texts = deepest();
  for (std::string& text : texts) text = "[" + text + "]";
  texts.push_back(times(1'000'000, "["));
  texts.push_back(times(1'000'000, R"({"a":)"));
  return texts;
}

void* read_deep_files(void*) {
  for (const std::string& text : deepest()) EXPECT_TRUE(read(text)) << text;
  for (const std::string& text : too_deep()) EXPECT_FALSE(read(text)) << text.substr(0, 100);
  return nullptr;
}

TEST(DeepFiles, NeedLittleStack) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "sanitizers make frames large";
#endif
#endif
  pthread_attr_t attributes;
  ASSERT_EQ(::pthread_attr_init(&attributes), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&attributes, kStackSize), 0);
  pthread_t thread{};
  ASSERT_EQ(::pthread_create(&thread, &attributes, read_deep_files, nullptr), 0);
  ::pthread_attr_destroy(&attributes);
  ASSERT_EQ(::pthread_join(thread, nullptr), 0);
}

}  // namespace
}  // namespace client::scenario
