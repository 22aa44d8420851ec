#include "client/run/cause.h"

#include <cerrno>
#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/run/play.h"

// The kinds of failure that machines tell apart.

namespace client::run {
namespace {

using sched::ErrorCode;
using std::chrono::seconds;
using testing::ElementsAre;

constexpr auto kManual = R"("connection": "manual",)";
constexpr auto kExpect = R"({"expect": {"equals": "a", "timeout": "1s"}})";

std::string cause(const Script& server, std::string_view taken, std::string_view more = "") {
  const Played played = play(server, steps(taken, more));
  EXPECT_EQ(played.causes.size(), 1U) << played.failures;
  return played.causes.empty() ? "none" : played.causes.front();
}

std::string_view code_of(int error_number) {
  return name_of(cause_of({.code = ErrorCode::system, .error_number = error_number}, "send").code);
}

TEST(Cause, TellsConnectionsApartThatFail) {
  EXPECT_EQ(cause(nobody(), kExpect), "connect refused ECONNREFUSED");
  EXPECT_EQ(cause(nobody(), kExpect, R"("target": "tcp://nowhere.invalid:1",)"), "connect resolve");
  EXPECT_EQ(cause(nobody(), kExpect, R"("target": "tcp://localhost:x${client.index}",)"), "connect bad_url");
  EXPECT_EQ(cause(answering(), R"({"connect": {"expect_error": "refused"}})", kManual), "connect mismatch");
  EXPECT_EQ(cause(answering(), R"({"repeat": {"times": 2, "steps": [{"connect": {}}]}})", kManual),
            "connect already_connected");
  EXPECT_EQ(cause(answering(), R"({"connect": {}}, {"close": {}}, {"send": "a"})", kManual), "send not_connected");
}

TEST(Cause, TellsRepliesApartThatAreNotWhatIsExpected) {
  EXPECT_EQ(cause(saying("b\n"), kExpect), "expect mismatch");
  EXPECT_EQ(cause(saying("a\n"), R"({"expect": {"equals": "a", "not_before": "1s"}})"), "expect too_soon");
  EXPECT_EQ(cause(saying("a\n"), R"({"expect_silence": {"for": "1s"}})"), "expect_silence not_silent");
  EXPECT_EQ(cause(saying("a\nb\n"), R"({"expect": "a"}, {"sleep": "1s"})"), "end unread");
}

TEST(Cause, TellsApartHowNothingCame) {
  EXPECT_EQ(cause(answering(), kExpect), "expect timeout");
  EXPECT_EQ(cause(saying_and_closing(""), kExpect), "expect closed");
  EXPECT_EQ(cause(resetting_after(2), R"({"send": "a"}, {"expect": "a"})"), "expect reset ECONNRESET");
  EXPECT_EQ(cause(saying_and_closing(""), R"({"expect_silence": {"for": "1s"}})"), "expect_silence closed");
  EXPECT_EQ(cause(saying_and_closing(""), R"({"expect_close": {"how": "reset"}})"), "expect_close closed");
}

TEST(Cause, TellsAnEndInTheMiddleOfAFrame) {
  EXPECT_EQ(cause(saying_and_closing("GOT:H"), kExpect), "expect truncated");
  EXPECT_EQ(cause(saying_and_closing("GOT:H\n"), kExpect), "expect mismatch");
  EXPECT_EQ(cause(saying_and_closing("GOT:H"), kExpect, R"("eol": "none",)"), "expect mismatch") << "this is a frame";
  EXPECT_EQ(cause(saying_and_closing("abc"), kExpect, R"("framing": {"fixed": 4},)"), "expect truncated");
  EXPECT_EQ(cause(saying_and_closing("ab"), kExpect, R"("framing": {"length_prefix": {"bytes": 8}},)"),
            "expect truncated");
  EXPECT_EQ(cause(saying_and_closing("x"), R"({"expect": {"mode": "any_order", "frames": ["a", "b"]}})"),
            "expect truncated");
}

TEST(Cause, TellsMoreThanMayBeUnread) {
  const Played played =
      play(saying(std::string(2000, 'x')), steps(kExpect, "", R"("defaults": {"max_buffer": 1000},)"));
  EXPECT_THAT(played.causes, ElementsAre("receive overflow"));
}

TEST(Cause, TellsWhatIsTheScenariosOwn) {
  EXPECT_EQ(cause(answering(), R"({"fail": "no"})"), "fail fail");
  EXPECT_EQ(cause(answering(), R"({"capture": {"x": {"from": "abc", "matches": "[0-9]"}}})"), "capture no_match");
  EXPECT_EQ(cause(answering(), R"({"assert": {"of": "a", "equals": "b"}})"), "assert mismatch");
}

TEST(Cause, TellsTheRunsDeadline) {
  const Played played =
      play(answering(), steps(R"({"sleep": "10s"})"), {.stop_after = seconds(1), .stop_is_deadline = true});
  EXPECT_THAT(played.causes, ElementsAre("sleep deadline"));
}

TEST(Cause, KnowsTheErrorsOfTheSystem) {
  EXPECT_EQ(code_of(ETIMEDOUT), "timeout");
  EXPECT_EQ(code_of(ECONNREFUSED), "refused");
  EXPECT_EQ(code_of(ENOENT), "refused") << "a Unix socket that is not there";
  EXPECT_EQ(code_of(EPIPE), "reset");
  EXPECT_EQ(code_of(ENETUNREACH), "unreachable");
  EXPECT_EQ(code_of(EHOSTUNREACH), "unreachable");
  EXPECT_EQ(code_of(EMFILE), "system");
}

TEST(Cause, HasANameOfItsOwnForEachCode) {
  std::set<std::string_view> names;
  const auto last = static_cast<unsigned>(FailureCode::fail);
  for (unsigned code = 0; code <= last; ++code) names.insert(name_of(static_cast<FailureCode>(code)));
  EXPECT_EQ(names.size(), last + 1);
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace client::run
