// Every text that a failing client can show, whole, as it is kept in failure_texts.txt. The network is simulated, so
// that every time in them is exact. GOTBACK_WRITE_GOLDEN=1 writes the file anew, for whoever has changed a text on
// purpose.

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

namespace client::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Case {
  const char* name;
  Script server;
  std::string scenario;
  PlayOptions options = {};
};

constexpr const char* kManual = R"("connection": "manual",)";
constexpr const char* kRaw = R"("framing": "raw",)";
constexpr const char* kSmallBuffer = R"("defaults": {"max_buffer": 16},)";

std::string expect(const std::string& value) { return steps(R"({"expect": )" + value + "}"); }

std::vector<Case> mismatches() {
  return {
      {"equals", saying("GOT:HellO\n"), expect(R"("GOT:Hello")")},
      {"equals, too short", saying("GOT:\n"), expect(R"("GOT:Hello")")},
      {"equals, too long", saying("GOT:Hello\n"), expect(R"("GOT:")")},
      {"equals, without its prefix", saying("Hello\n"), expect(R"("GOT:Hello")")},
      {"equals, of bytes that cannot be shown", saying("\x1b[31m\xff\n"), expect(R"("GOT:Hello")")},
      {"not_equals", saying("a\n"), expect(R"({"not_equals": "a"})")},
      {"contains", saying("abc\n"), expect(R"({"contains": "x"})")},
      {"not_contains", saying("abc\n"), expect(R"({"not_contains": "b"})")},
      {"starts_with", saying("abc\n"), expect(R"({"starts_with": "abx"})")},
      {"ends_with", saying("abc\n"), expect(R"({"ends_with": "x"})")},
      {"matches", saying("abc\n"), expect(R"({"matches": "^[0-9]+$"})")},
      {"one_of", saying("abc\n"), expect(R"({"one_of": ["x", "y"]})")},
      {"bytes", saying("abc\n"), expect(R"({"bytes": "61 62 64"})")},
      {"empty", saying("abc\n"), expect(R"({"empty": true})")},
      {"length", saying("abc\n"), expect(R"({"length": 4})")},
      {"length in bounds", saying("abc\n"), expect(R"({"length": {"between": [4, 9]}})")},
      {"less", saying("12\n"), expect(R"({"less": 12})")},
      {"greater, of no number", saying("abc\n"), expect(R"({"greater": 12})")},
      {"between", saying("12\n"), expect(R"({"between": [1, 10]})")},
      {"not", saying("abc\n"), expect(R"({"not": {"contains": "b"}})")},
      {"all", saying("abc\n"), expect(R"({"all": [{"contains": "a"}, {"contains": "x"}]})")},
      {"any", saying("abc\n"), expect(R"({"any": ["x", {"starts_with": "y"}]})")},
      {"the second of two", saying("abc\n"), expect(R"({"contains": "a", "ends_with": "x"})")},
      {"none of any_order", saying("c\n"), expect(R"({"mode": "any_order", "frames": ["a", "b"]})")},
      {"raw", saying("abX"), steps(R"({"expect": "abcdef"})", kRaw)},
      {"too soon", saying("a\n"), expect(R"({"equals": "a", "not_before": "1s"})")},
      {"a later iteration", saying("a\na\nb\n"), steps(R"({"expect": "a"})", R"("iterations": 3,)")},
      {"assert", ignoring(), steps(R"({"assert": {"of": "${client.index}", "equals": "7"}})")},
  };
}

std::vector<Case> absences() {
  return {
      {"nothing came", ignoring(), expect(R"({"equals": "a", "timeout": "2s"})")},
      {"half a line came", saying("GOT:He"), expect(R"({"equals": "GOT:Hello", "timeout": "2s"})")},
      {"what until skipped", saying("a\nb\nc\n"), expect(R"({"mode": "until", "equals": "x", "timeout": "2s"})")},
      {"what any_order still wants", saying("b\n"),
       expect(R"({"mode": "any_order", "frames": ["a", "b", "c"], "timeout": "2s"})")},
      {"closed", saying_and_closing("a\n"), steps(R"({"expect": "a"}, {"expect": "b"})")},
      {"a frame that is cut off", saying_and_closing("\5abc"),
       steps(R"({"expect": "abcde"})", R"("framing": {"length_prefix": {"bytes": 1}},)")},
      {"reset", resetting_after(0, "a\n"), steps(R"({"expect": "a"}, {"expect": "b"})")},
      {"the client's time is over", ignoring(),
       steps(R"({"expect": {"equals": "a", "timeout": "9s"}})", "", R"("defaults": {"client_timeout": "2s"},)")},
      {"the run's time is over", ignoring(), expect(R"("a")"), {.stop_after = seconds(1), .stop_is_deadline = true}},
      {"more than is kept", saying(std::string(40, 'x')), steps(R"({"expect": "a"})", "", kSmallBuffer)},
      {"a frame longer than is kept", saying("GOT:Hello\n"),
       steps(R"({"expect": "a"})", R"("framing": {"length_prefix": {"bytes": 4}},)")},
      {"unread at the end", saying("a\nb\n"), steps(R"({"expect": "a"}, {"sleep": "1s"})")},
      {"not silent", saying("a\n"), steps(R"({"expect_silence": {"for": "1s"}})")},
      {"closed, not silent", saying_and_closing(""), steps(R"({"expect_silence": {"for": "1s"}})")},
      {"not closed", saying("a\n"), steps(R"({"expect_close": {"timeout": "2s"}})")},
      {"closed, not reset", saying_and_closing(""), steps(R"({"expect_close": {"how": "reset"}})")},
      {"reset, not closed", resetting_after(0), steps(R"({"expect_close": {"how": "fin"}})")},
  };
}

std::vector<Case> others() {
  return {
      {"refused", nobody(), expect(R"("a")")},
      {"refused, again and again", nobody(), steps(R"({"connect": {"retry": {"times": 2, "every": "1s"}}})", kManual)},
      {"a bad URL", nobody(), R"({"setup": [{"set": {"port": "x"}}], "clients": [
          {"target": "tcp://127.0.0.1:${client.index}x", "steps": [{"close": {}}]}]})"},
      {"connected though an error was expected", ignoring(),
       steps(R"({"connect": {"expect_error": "refused"}})", kManual)},
      {"another error than was expected", nobody(), steps(R"({"connect": {"expect_error": "timeout"}})", kManual)},
      {"connected already", ignoring(), steps(R"({"repeat": {"times": 1, "steps": [{"connect": {}}]}})")},
      {"not connected", ignoring(), steps(R"({"close": {}}, {"send": "a"})")},
      {"a send to who is gone", resetting_after(0), steps(R"({"sleep": "1s"}, {"send": "a"})")},
      {"a send that nobody reads", ignoring(),
       steps(R"({"send": {"repeat": {"of": "0123456789abcdef", "count": 1000000}}})")},
      {"a send that is too long", ignoring(),
       steps(R"({"set": {"x": "0123456789abcdef"}}, {"repeat": {"times": 4,
          "steps": [{"set": {"x": "${x}${x}"}}]}}, {"send": "${x}"})",
             R"("framing": {"length_prefix": {"bytes": 1}},)")},
      {"a shutdown behind what nobody reads", ignoring(),
       steps(R"({"send": {"repeat": {"of": "0123456789abcdef", "count": 10000}}}, {"shutdown": {}})")},
      {"a sleep that is too long", ignoring(),
       steps(R"({"sleep": "9s"})", "", R"("defaults": {"client_timeout": "2s"},)")},
      {"a barrier that not all come to", ignoring(), R"({"clients": [
          {"name": "g", "steps": [{"barrier": {"parties": 2, "timeout": "2s"}}]},
          {"name": "h", "steps": [{"sleep": "3s"}, {"barrier": {"parties": 2, "timeout": "2s"}}]}]})"},
      {"a barrier that is broken", ignoring(), R"({"clients": [
          {"name": "g", "steps": [{"barrier": {"name": "b", "parties": 2}}]},
          {"name": "h", "steps": [{"sleep": "1s"}, {"fail": "no"}, {"barrier": {"name": "b", "parties": 2}}]}]})"},
      {"a barrier that is broken by one who waited at another", ignoring(), R"({"clients": [
          {"name": "g", "steps": [{"barrier": {"name": "a", "parties": 2}}]},
          {"name": "h", "steps": [{"barrier": {"name": "b", "parties": 2}}, {"barrier": {"name": "a", "parties": 2}}]},
          {"name": "i", "steps": [{"sleep": "1s"}, {"fail": "no"}, {"barrier": {"name": "b", "parties": 2}}]}]})"},
      {"fail", ignoring(), steps(R"({"fail": "the \u001b[31mreason"})")},
      {"retry", saying_slowly({"a\n", "b\n", "c\n"}, milliseconds(110)),
       steps(R"({"retry": {"times": 3, "until": [{"expect": "x"}]}})")},
      {"a capture without a match", saying("abc\n"),
       expect(R"({"contains": "a", "capture": {"id": {"matches": "[0-9]+"}}})")},
      {"a variable without a value", ignoring(), steps(R"-({"expect": {"matches": "(?P<id>x)", "optional": true,
          "timeout": "1s"}}, {"send": "${id}"})-")},
      {"many alike", saying("b\n"), steps(R"({"expect": "a"})", R"("count": 5,)")},
      {"many that receive something else", answering(),
       steps(R"({"send": "${client.index}"}, {"expect": "a"})", R"("count": 5,)")},
  };
}

std::string texts() {
  std::string all;
  for (const auto& cases : {mismatches(), absences(), others()}) {
    for (const Case& each : cases) {
      const Played played = play(each.server, each.scenario, each.options);
      EXPECT_NE(played.failures, "") << each.name;
      all += std::string("--- ") + each.name + "\n" + played.failures + "\n";
    }
  }
  return all;
}

TEST(FailureTexts, AreAsTheyAreKept) {
  const std::string told = texts();
  if (std::getenv("GOTBACK_WRITE_GOLDEN") != nullptr) std::ofstream(GOTBACK_FAILURE_TEXTS) << told;
  std::ifstream file(GOTBACK_FAILURE_TEXTS);
  const std::string kept{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(told, kept);
}

}  // namespace
}  // namespace client::run
