#include "client/scenario/step_reader.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/scenario/parsing.h"

namespace client::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// Of a client that connects by hand.
Connect connect_of(const std::string& step) {
  return std::get<Connect>(
      group_of(R"({"clients": [{"connection": "manual", "steps": [)" + step + "]}]}").steps.front().action);
}

TEST(ConnectStep, HasDefaults) {
  const Connect connect = connect_of(R"({"connect": {}})");
  EXPECT_EQ(connect.timeout, seconds(10));
  EXPECT_EQ(connect.retries, 0U);
  EXPECT_FALSE(connect.expect_error);
}

TEST(ConnectStep, ReadsItsKeys) {
  const Connect connect = connect_of(
      R"({"connect": {"timeout": "3s", "retry": {"times": 7, "every": "20ms"}, "expect_error": "refused"}})");
  EXPECT_EQ(connect.timeout, seconds(3));
  EXPECT_EQ(connect.retries, 7U);
  EXPECT_EQ(connect.retry_every, milliseconds(20));
  EXPECT_EQ(connect.expect_error, Connect::Error::refused);
  EXPECT_EQ(connect_of(R"({"connect": {"retry": {"times": 1}}})").retry_every, milliseconds(100));
}

TEST(ConnectStep, KnowsTheErrorsThatCanBeExpected) {
  using enum Connect::Error;
  for (const auto& [word, error] :
       {std::pair{"refused", refused}, {"timeout", timeout}, {"reset", reset}, {"resolve", resolve}}) {
    EXPECT_EQ(connect_of(std::string(R"({"connect": {"expect_error": ")") + word + R"("}})").expect_error, error);
  }
  EXPECT_THAT(
      errors_of(with_steps(R"({"connect": {"expect_error": "tls"}})")),
      ElementsAre(
          R"(1:54-5 /clients/0/steps/0/connect/expect_error "expect_error" must be "refused", "timeout", "reset" or "resolve", not "tls")"));
}

TEST(SendStep, TakesAText) {
  const auto send = step_of<Send>(R"({"send": "Hello"})");
  EXPECT_EQ(send.text.constant(), "Hello");
  EXPECT_EQ(send.framing.end(), "\n");
}

TEST(SendStep, CanHaveAnEndOfItsOwn) {
  EXPECT_EQ(step_of<Send>(R"({"send": {"text": "Hello"}})").framing.end(), "\n");
  EXPECT_EQ(step_of<Send>(R"({"send": {"text": "Hello", "eol": "none"}})").framing.end(), "");
  EXPECT_EQ(step_of<Send>(R"({"send": {"eol": "crlf", "text": "Hello"}})").framing.end(), "\r\n");
}

TEST(ExpectStep, OfAStringIsTheNextFrame) {
  const auto expect = step_of<Expect>(R"({"expect": "GOT:Hello"})");
  EXPECT_EQ(expect.mode, Expect::Mode::next);
  EXPECT_EQ(expect.count, 1U);
  EXPECT_EQ(expect.framing.kind, Framing::Kind::line);
  EXPECT_EQ(expect.timeout, seconds(5));
  EXPECT_EQ(expect.not_before, seconds(0));
  EXPECT_FALSE(expect.optional);
  ASSERT_EQ(expect.frames.size(), 1U);
  const Predicate& predicate = expect.frames.front().predicates.front();
  EXPECT_EQ(predicate.kind, Predicate::Kind::equals);
  EXPECT_EQ(predicate.place, (Place{1, 36, 11, "/clients/0/steps/0/expect"}));
}

TEST(ExpectStep, ReadsItsKeys) {
  const auto expect = step_of<Expect>(R"({"expect": {"contains": "a", "matches": "b+", "mode": "until", "count": 3,
      "timeout": "2s", "not_before": "1ms", "optional": true}})");
  EXPECT_EQ(expect.mode, Expect::Mode::until);
  EXPECT_EQ(expect.count, 3U);
  EXPECT_EQ(expect.timeout, seconds(2));
  EXPECT_EQ(expect.not_before, milliseconds(1));
  EXPECT_TRUE(expect.optional);
  ASSERT_EQ(expect.frames.size(), 1U);
  const std::vector<Predicate>& predicates = expect.frames.front().predicates;
  ASSERT_EQ(predicates.size(), 2U);
  EXPECT_EQ(predicates[0].kind, Predicate::Kind::contains);
  EXPECT_EQ(predicates[1].kind, Predicate::Kind::matches);
  EXPECT_TRUE(predicates[1].pattern);
  EXPECT_EQ(predicates[1].place.pointer, "/clients/0/steps/0/expect/matches");
}

TEST(ExpectStep, TakesAListOfFrames) {
  for (const auto& [word, mode] :
       {std::pair{"sequence", Expect::Mode::sequence}, {"any_order", Expect::Mode::any_order}}) {
    const auto expect =
        step_of<Expect>(std::string(R"({"expect": {"mode": ")") + word + R"(", "frames": ["a", {"contains": "b"}]}})");
    EXPECT_EQ(expect.mode, mode);
    ASSERT_EQ(expect.frames.size(), 2U);
    EXPECT_EQ(expect.frames[0].predicates.front().texts.front().constant(), "a");
    EXPECT_EQ(expect.frames[1].predicates.front().kind, Predicate::Kind::contains);
  }
}

TEST(ExpectStep, LeavesAPatternThatChangesForLater) {
  const auto expect = step_of<Expect>(R"({"expect": {"matches": "^${client.index}$"}})");
  EXPECT_FALSE(expect.frames.front().predicates.front().pattern);
  EXPECT_THAT(errors_of(with_steps(R"({"expect": {"matches": "(${client.index}"}})")),
              ElementsAre("1:48-18 /clients/0/steps/0/expect/matches bad regular expression: missing ): (0"));
}

TEST(ExpectStep, SaysSomethingAboutTheFrame) {
  const std::string nothing = "this says nothing about the frame; add equals, contains, matches or another predicate";
  EXPECT_THAT(errors_of(with_steps(R"({"expect": {}})")), ElementsAre("1:36-2 /clients/0/steps/0/expect " + nothing));
  EXPECT_THAT(errors_of(with_steps(R"({"expect": {"mode": "sequence", "frames": [{}]}})")),
              ElementsAre("1:68-2 /clients/0/steps/0/expect/frames/0 " + nothing));
}

TEST(ExpectStep, HasFramesWhereTheModeTakesThem) {
  EXPECT_THAT(
      errors_of(with_steps(R"({"expect": {"frames": ["a"]}})")),
      ElementsAre(R"(1:36-17 /clients/0/steps/0/expect "frames" needs "mode": "sequence" or "mode": "any_order")"));
  EXPECT_THAT(
      errors_of(with_steps(R"({"expect": {"mode": "sequence"}})")),
      ElementsAre(
          R"(1:36-20 /clients/0/steps/0/expect mode sequence and any_order need "frames": a list of what comes)"));
  EXPECT_THAT(
      errors_of(with_steps(R"({"expect": {"mode": "any_order", "equals": "a", "frames": ["a"]}})")),
      ElementsAre(
          R"(1:36-53 /clients/0/steps/0/expect with mode sequence and any_order the predicates stand in "frames": [{…}, …])"));
  EXPECT_THAT(
      errors_of(with_steps(R"({"expect": {"mode": "sequence", "frames": []}})")),
      ElementsAre(
          R"(1:67-2 /clients/0/steps/0/expect/frames "frames" must be a list of at least one frame, not an empty list)"));
}

TEST(ExpectStep, CannotBeTooSoonAndTooLateAtOnce) {
  EXPECT_THAT(
      errors_of(with_steps(R"({"expect": {"equals": "a", "not_before": "5s"}})")),
      ElementsAre(R"(1:36-35 /clients/0/steps/0/expect "not_before" (5s) must be shorter than the timeout (5s))"));
}

TEST(RawFraming, AddsNothingAndMatchesBytes) {
  const auto scenario = parsed(R"({"framing": "raw", "clients": [{"steps": [
      {"send": "a"}, {"send": {"text": "b", "eol": "lf"}}, {"expect": "c"},
      {"expect": {"equals": "d", "framing": "line"}}]}]})");
  ASSERT_TRUE(scenario);
  const Steps& steps = scenario->groups.front().steps;
  EXPECT_EQ(std::get<Send>(steps[0].action).framing.end(), "");
  EXPECT_EQ(std::get<Send>(steps[1].action).framing.end(), "\n");
  EXPECT_EQ(std::get<Expect>(steps[2].action).framing.kind, Framing::Kind::raw);
  EXPECT_EQ(std::get<Expect>(steps[3].action).framing.kind, Framing::Kind::line);
}

TEST(RawFraming, HasNoFramesToSkipOrToReorder) {
  EXPECT_THAT(
      errors_of(with_steps(R"({"expect": {"equals": "a", "mode": "until", "framing": "raw"}})")),
      ElementsAre(
          R"(1:36-50 /clients/0/steps/0/expect framing raw has no frames to skip or to put in order; use mode next or sequence, where contains and matches go through the first occurrence)"));
}

TEST(ExchangeStep, SendsAndExpects) {
  const auto exchange = step_of<Exchange>(
      R"({"exchange": {"send": {"text": "a", "eol": "crlf"}, "expect": {"contains": "b", "timeout": "1s"}}})");
  EXPECT_EQ(exchange.send.framing.end(), "\r\n");
  EXPECT_EQ(exchange.expect.timeout, seconds(1));
  EXPECT_THAT(errors_of(with_steps(R"({"exchange": {"send": "a"}})")),
              ElementsAre(R"(1:38-13 /clients/0/steps/0/exchange "exchange" needs the key "expect")"));
}

TEST(ExpectCloseStep, ExpectsAFinUnlessItSaysOtherwise) {
  EXPECT_EQ(step_of<ExpectClose>(R"({"expect_close": {}})").how, ExpectClose::How::fin);
  EXPECT_EQ(step_of<ExpectClose>(R"({"expect_close": {}})").timeout, seconds(5));
  const auto expect = step_of<ExpectClose>(R"({"expect_close": {"how": "reset", "timeout": "1m"}})");
  EXPECT_EQ(expect.how, ExpectClose::How::reset);
  EXPECT_EQ(expect.timeout, minutes(1));
  EXPECT_EQ(step_of<ExpectClose>(R"({"expect_close": {"how": "any"}})").how, ExpectClose::How::any);
}

TEST(ExpectSilenceStep, NeedsATime) {
  EXPECT_EQ(step_of<ExpectSilence>(R"({"expect_silence": {"for": "100ms"}})").duration, milliseconds(100));
  EXPECT_THAT(errors_of(with_steps(R"({"expect_silence": {}})")),
              ElementsAre(R"(1:44-2 /clients/0/steps/0/expect_silence "expect_silence" needs the key "for")"));
}

TEST(EndingSteps, TakeNoKeys) {
  step_of<Shutdown>(R"({"shutdown": {}})");
  step_of<Close>(R"({"close": {"x-why": "done"}})");
  step_of<Reset>(R"({"reset": {}})");
  EXPECT_THAT(errors_of(with_steps(R"({"close": {"code": 1000}}, {"reset": true})")),
              ElementsAre(R"(1:36-6 /clients/0/steps/0/close unknown key "code"; it takes none here)",
                          R"(1:62-4 /clients/0/steps/1/reset "reset" must be an object, not true)"));
}

TEST(SleepStep, TakesADurationOrADistribution) {
  const auto fixed = step_of<Sleep>(R"({"sleep": "1.5s"})");
  EXPECT_EQ(fixed.min, milliseconds(1500));
  EXPECT_EQ(fixed.max, milliseconds(1500));
  const auto uniform = step_of<Sleep>(R"({"sleep": {"min": "1s", "max": "2s"}})");
  EXPECT_EQ(uniform.min, seconds(1));
  EXPECT_EQ(uniform.max, seconds(2));
  EXPECT_EQ(uniform.exponential_mean, seconds(0));
  const auto exponential = step_of<Sleep>(R"({"sleep": {"mean": "3s", "distribution": "exponential"}})");
  EXPECT_EQ(exponential.exponential_mean, seconds(3));
}

TEST(SleepStep, SaysWhatIsMissing) {
  EXPECT_THAT(
      errors_of(with_steps(R"({"sleep": {"min": "2s", "max": "1s"}}, {"sleep": {"min": "1s"}},
{"sleep": {"mean": "1s"}}, {"sleep": {"mean": "1s", "distribution": "normal"}})")),
      ElementsAre(
          R"(1:35-26 /clients/0/steps/0/sleep "min" must not be longer than "max")",
          R"(1:74-13 /clients/0/steps/1/sleep "sleep" needs the key "max")",
          R"(2:11-14 /clients/0/steps/2/sleep "sleep" needs the key "distribution")",
          R"(2:69-8 /clients/0/steps/3/sleep/distribution "distribution" must be "exponential", not "normal")"));
}

TEST(RepeatStep, HoldsSteps) {
  const auto repeat = step_of<Repeat>(R"({"repeat": {"times": 3, "steps": [{"send": "a"}, {"repeat": {"for": "1s",
      "steps": [{"expect": "b"}]}}]}})");
  EXPECT_EQ(repeat.times, 3U);
  EXPECT_FALSE(repeat.duration);
  ASSERT_EQ(repeat.steps.size(), 2U);
  const auto& inner = std::get<Repeat>(repeat.steps[1].action);
  EXPECT_EQ(inner.duration, seconds(1));
  EXPECT_EQ(inner.steps.front().place.pointer, "/clients/0/steps/0/repeat/steps/1/repeat/steps/0/expect");
}

TEST(RepeatStep, HasOneLimit) {
  const std::string error = R"("repeat" takes either "times" or "for")";
  EXPECT_THAT(errors_of(with_steps(R"({"repeat": {"steps": [{"close": {}}]}})")),
              ElementsAre("1:36-26 /clients/0/steps/0/repeat " + error));
  EXPECT_THAT(errors_of(with_steps(R"({"repeat": {"times": 1, "for": "1s", "steps": [{"close": {}}]}})")),
              ElementsAre("1:36-51 /clients/0/steps/0/repeat " + error));
  EXPECT_THAT(
      errors_of(with_steps(R"({"repeat": {"times": 1, "steps": []}})")),
      ElementsAre(
          R"(1:58-2 /clients/0/steps/0/repeat/steps "steps" must be a list of at least one step, not an empty list)"));
  EXPECT_THAT(errors_of(with_steps(R"({"repeat": {"times": 1}})")),
              ElementsAre(R"(1:36-12 /clients/0/steps/0/repeat "repeat" needs the key "steps")"));
}

TEST(BarrierStep, WaitsForAllClientsUnlessItSaysHowMany) {
  const auto everyone = step_of<Barrier>(R"({"barrier": {}})");
  EXPECT_EQ(everyone.name, "");
  EXPECT_FALSE(everyone.parties);
  EXPECT_EQ(everyone.timeout, minutes(1));
  const auto some = step_of<Barrier>(R"({"barrier": {"name": "b", "parties": 1, "timeout": "3s"}})");
  EXPECT_EQ(some.name, "b");
  EXPECT_EQ(some.parties, 1U);
  EXPECT_EQ(some.timeout, seconds(3));
}

TEST(BarrierStep, IsRefusedWhereOneClientIsAlone) {
  const auto with = [](const std::string& key, const std::string& step) {
    return "{\"" + key + "\": [" + step + R"(], "clients": [{"steps": [{"barrier": {}}]}]})";
  };
  const auto refused = [](const std::string& at) {
    return ElementsAre(at +
                       " a barrier waits for the other clients, and these steps run alone; it belongs in \"clients\"");
  };
  EXPECT_THAT(errors_of(with("setup", R"({"barrier": {"parties": 1}})")), refused("1:24-14 /setup/0/barrier"));
  EXPECT_THAT(errors_of(with("teardown", R"({"repeat": {"times": 2, "steps": [{"barrier": {}}]}})")),
              refused("1:61-2 /teardown/0/repeat/steps/0/barrier"));
}

TEST(Step, HasOneKey) {
  EXPECT_THAT(
      errors_of(with_steps(R"({}, {"send": "a", "expect": "b", "x-note": 1}, "send", {"x-note": 1})")),
      ElementsAre(
          R"(1:25-2 /clients/0/steps/0 a step needs one of the keys connect, send, expect, exchange, expect_close, expect_silence, shutdown, close, reset, sleep, repeat, barrier, retry, set, capture, assert, log, fail, skip)",
          R"(1:43-8 /clients/0/steps/1 a step has one key, and this one has "send" already; make "expect" a step of its own)",
          R"(1:72-6 /clients/0/steps/2 an element of "steps" must be an object, not "send")",
          R"(1:80-13 /clients/0/steps/3 a step needs one of the keys connect, send, expect, exchange, expect_close, expect_silence, shutdown, close, reset, sleep, repeat, barrier, retry, set, capture, assert, log, fail, skip)"));
}

TEST(Step, OfALaterVersionIsUnknown) {
  EXPECT_THAT(
      errors_of(with_steps(R"({"starttls": {}})")),
      ElementsAre(
          R"(1:26-10 /clients/0/steps/0 unknown key "starttls"; known here: connect, send, expect, exchange, expect_close, expect_silence, shutdown, close, reset, sleep, repeat, barrier, retry, set, capture, assert, log, fail, skip)"));
}

TEST(Step, IsIgnoredWhereItsKeyBeginsWithX) {
  EXPECT_THAT(errors_of(with_steps(R"({"x-why": [], "send": {"x-1": {}, "text": "a"}})")), IsEmpty());
}

TEST(StepReader, RefusesTimesInWhichNothingCanHappen) {
  for (const char* step : {R"({"repeat": {"for": "0s", "steps": [{"send": "a"}]}})",
                           R"({"retry": {"until": [{"send": "a"}], "timeout": "1s", "every": "0s"}})",
                           R"({"connect": {"retry": {"times": 2, "every": "0s"}}})"}) {
    EXPECT_THAT(errors_of(with_steps(step)), ElementsAre(testing::HasSubstr("must be longer than 0s"))) << step;
  }
}

}  // namespace
}  // namespace client::scenario
