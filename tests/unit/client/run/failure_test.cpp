#include "client/run/failure.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::run {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const scenario::SourceFile& source() {
  static const scenario::SourceFile file("scenarios/multi.json", "{\n  \"a\": \"GOT:Hello\",\n  \"b\": \"x\"\n}\n");
  return file;
}

Failure failure(std::uint64_t client, std::string title = "expect failed: equals", std::uint32_t line = 2) {
  return {.title = std::move(title),
          .place = {.line = line, .column = 8, .length = 11, .pointer = "/clients/0/steps/1/expect"},
          .notes = {"expected  \"GOT:Hello\"", "received  \"GOT:HellO\""},
          .group = "greeter",
          .client = client,
          .endpoint = "tcp 127.0.0.1:25000"};
}

std::string rendered(const FailureLog& log) { return log.render(source(), "multi", 10000); }

TEST(FailureLog, ShowsAFailureAsCompilersDo) {
  FailureLog log;
  log.add(failure(17));
  EXPECT_EQ(rendered(log),
            "error: expect failed: equals                       scenario \"multi\", client \"greeter\" 17, "
            "tcp 127.0.0.1:25000\n"
            "  --> scenarios/multi.json:2:8  /clients/0/steps/1/expect\n"
            " 2 |   \"a\": \"GOT:Hello\",\n"
            "   |        ^^^^^^^^^^^\n"
            "   |   expected  \"GOT:Hello\"\n"
            "   |   received  \"GOT:HellO\"\n");
}

TEST(FailureLog, LeavesOutTheEndpointThatIsNotKnown) {
  FailureLog log;
  Failure without_endpoint = failure(0);
  without_endpoint.endpoint = "";
  log.add(without_endpoint);
  EXPECT_THAT(rendered(log), HasSubstr("client \"greeter\" 0\n"));
}

TEST(FailureLog, KeepsALongTitleApart) {
  FailureLog log;
  log.add(failure(0, std::string(80, 'x')));
  EXPECT_THAT(rendered(log), HasSubstr(std::string(80, 'x') + "  scenario"));
}

TEST(FailureLog, EscapesNames) {
  FailureLog log;
  Failure hostile = failure(0);
  hostile.group = "\x1b[31m";
  log.add(hostile);
  EXPECT_THAT(log.render(source(), "a\nb", 1), AllOf(HasSubstr(R"(scenario "a\nb")"), Not(HasSubstr("\x1b"))));
}

TEST(FailureLog, ShowsOneOfThoseThatAreAlikeAndNamesOthers) {
  FailureLog log;
  log.add(failure(4));
  const std::string alone = rendered(log);
  EXPECT_THAT(alone, Not(HasSubstr("same way")));
  log.add(failure(7));
  EXPECT_EQ(rendered(log), alone + R"(2 of 10000 clients failed this step the same way: "greeter" 4, 7.)" + "\n");
  for (std::uint64_t client = 8; client < 418; ++client) log.add(failure(client));
  constexpr const char* kMany = R"(412 of 10000 clients failed this step the same way: "greeter" 4, 7, 8 and 409 more.
)";
  EXPECT_EQ(rendered(log), alone + kMany);
  EXPECT_THAT(log.render(source(), "multi", 0), testing::EndsWith("\n412 iterations failed this step the same way.\n"));
}

TEST(FailureLog, TellsWhatOthersHaveReceivedIfThatIsSomethingElse) {
  FailureLog log;
  for (std::uint64_t client = 0; client < 3; ++client) log.add(failure(client));
  Failure other = failure(1);
  other.notes.back() = "received  \"GOT:HallO\"";
  FailureLog with_other;
  with_other.add(failure(0));
  with_other.add(other);
  other.group = "counter";
  with_other.add(other);
  EXPECT_THAT(rendered(log), Not(HasSubstr("greeter\" 1  received")));
  EXPECT_THAT(rendered(with_other), testing::EndsWith(R"(
3 of 10000 clients failed this step the same way: "greeter" 0, 1, "counter" 1.
  "greeter" 1  received  "GOT:HallO"
  "counter" 1  received  "GOT:HallO"
)"));
}

TEST(FailureLog, TellsWhatLedToAFailureBeforeIt) {
  FailureLog log;
  Failure consequence = failure(0, "barrier broken", 1);
  consequence.stage = 1;
  Failure of_teardown = failure(0, "fail", 1);
  of_teardown.stage = kTeardownStage;
  log.add(of_teardown);
  log.add(consequence);
  log.add(failure(1, "first", 3));
  ASSERT_EQ(log.all().size(), 3U);
  EXPECT_EQ(log.all()[0]->kept.front().title, "first");
  EXPECT_EQ(log.all()[1]->kept.front().title, "barrier broken");
  EXPECT_EQ(log.all()[2]->kept.front().title, "fail");
}

TEST(FailureLog, KeepsThoseApartThatFailedOtherwiseOrElsewhere) {
  FailureLog log;
  for (std::uint64_t client = 0; client < 5; ++client) {
    log.add(failure(client));
    log.add(failure(client, "expect failed: closed"));
    log.add(failure(client, "expect failed: equals", 3));
  }
  const std::string text = rendered(log);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("5 of 10000 clients", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 3U);
  EXPECT_LT(text.find("error: expect failed: closed"), text.find("error: expect failed: equals"))
      << "in the order of the file, and then of the titles";
  EXPECT_LT(text.find("multi.json:2:8"), text.find("multi.json:3:8"));
}

TEST(FailureLog, KeepsThoseApartThatFailedForAnotherCause) {
  FailureLog log;
  log.add(failure(0));
  Failure truncated = failure(1);
  truncated.cause = {FailureCode::truncated, "expect"};
  log.add(truncated);
  ASSERT_EQ(log.all().size(), 2U);
  EXPECT_EQ(log.all()[1]->kept.front().client, 1U);
}

TEST(FailureLog, MergesThoseOfOtherThreads) {
  FailureLog one;
  FailureLog other;
  for (std::uint64_t client = 0; client < 10; ++client) (client % 2 == 0 ? one : other).add(failure(client));
  other.add(failure(1, "only there"));
  one.merge(std::move(other));
  const std::string text = rendered(one);
  EXPECT_THAT(text, AllOf(HasSubstr("client \"greeter\" 0,"), HasSubstr("10 of 10000 clients"),
                          HasSubstr("\"greeter\" 0, 1, 2 and 7 more."), HasSubstr("only there")));
}

TEST(FailureLog, IsEmptyAtFirst) {
  FailureLog log;
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(rendered(log), "");
  log.add(failure(0));
  EXPECT_FALSE(log.empty());
}

}  // namespace
}  // namespace client::run
