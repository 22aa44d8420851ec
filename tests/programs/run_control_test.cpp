// What echo_client run runs, how often, and in which pieces.

#include <signal.h>

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/run.h"
#include "tests/support/count_of.h"
#include "tests/support/listener.h"
#include "tests/support/process.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::count_of;
using support::Exit;
using support::Finished;
using support::Process;
using support::Socket;
using support::Stream;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A scenario called `name`, with tags, whose only client takes `steps`.
std::string scenario(const std::string& name, const std::string& tags, const std::string& steps) {
  return R"({"name": ")" + name + R"(", "tags": [)" + tags + R"(], "clients": [{"steps": [)" + steps + "]}]}";
}

constexpr const char* kAsk = R"({"exchange": {"send": "a", "expect": "GOT:a"}})";

class RunControl : public Run {
 protected:
  RunControl() {
    write("1.json", scenario("one", R"("quick", "echo")", kAsk));
    write("2.json", scenario("two", R"("slow")", kAsk));
    write("3.json", scenario("three", "", kAsk));
  }

  /// The names of the scenarios that are selected.
  std::string listed(std::vector<std::string> words) const {
    words.insert(words.end(), {"--list", "."});
    return run(std::move(words)).output;
  }
};

TEST_F(RunControl, ListsWhatItWouldRun) {
  const Finished finished = run({"--list", "."});
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ(finished.output, "./1.json: one  quick, echo\n./2.json: two  slow\n./3.json: three\n");
  EXPECT_EQ(finished.error, "");
}

TEST_F(RunControl, SelectsByNameAndTag) {
  EXPECT_EQ(listed({"--only", "t*"}), "./2.json: two  slow\n./3.json: three\n");
  EXPECT_EQ(listed({"--only", "t*", "--exclude", "*w*"}), "./3.json: three\n");
  EXPECT_EQ(listed({"--exclude", "one", "--exclude", "two"}), "./3.json: three\n");
  EXPECT_EQ(listed({"--tag", "slow"}), "./2.json: two  slow\n");
  EXPECT_EQ(listed({"--tag", "slow", "--tag", "echo"}), "./1.json: one  quick, echo\n./2.json: two  slow\n");
  EXPECT_EQ(run({"--tag", "sl", "--list", "."}).exit, Exit::code(5));
}

TEST_F(RunControl, RepeatsWithTheNextSeedEachTime) {
  write("seed.json", scenario("seed", "", R"({"log": "${seed} ${random:8}"})"));
  const Finished finished = run({"--simulate", "--seed", "7", "--repeat", "3", "seed.json"});
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_THAT(finished.error, AllOf(HasSubstr(": 7 "), HasSubstr(": 8 "), HasSubstr(": 9 "),
                                    HasSubstr("PASS: 3 of 3 scenarios passed")));
  const Finished again = run({"--simulate", "--seed", "8", "seed.json"});
  const size_t second = finished.error.find(": 8 ");
  EXPECT_THAT(again.error, HasSubstr(finished.error.substr(second, 12))) << "the second by itself";
}

TEST_F(RunControl, EndsAfterTheFirstFailureIfItIsToldTo) {
  write("2.json", scenario("two", "", R"({"fail": "no"})"));
  const Finished all = run({"--embedded", "."});
  EXPECT_THAT(all.error, AllOf(HasSubstr("FAIL two"), HasSubstr("ok   three")));
  const Finished first = run({"--embedded", "--fail-fast", "."});
  EXPECT_EQ(first.exit, Exit::code(1));
  EXPECT_THAT(first.error, AllOf(HasSubstr("ok   one"), HasSubstr("FAIL two"), Not(HasSubstr("three"))));
  EXPECT_EQ(count_of("ok   one", run({"--embedded", "--fail-fast", "--repeat", "5", "."}).error), 1);
}

TEST_F(RunControl, RunsSeveralAtATime) {
  // Each waits for the other's connection: one after the other they would wait for ever.
  const std::string meet =
      scenario("meet", "", R"({"send": "here"}, {"expect": {"equals": "both", "timeout": "20s"}})");
  write("a.json", meet);
  write("b.json", meet);
  support::Listener listener;
  const std::jthread server([&listener] {
    Socket first = listener.accept();
    Socket second = listener.accept();
    for (Socket* each : {&first, &second}) each->send_all("both\n");
    for (Socket* each : {&first, &second}) each->receive_until_eof();
  });
  const Finished finished = run({"--target", listener.url(), "--jobs", "2", "a.json", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
}

TEST_F(RunControl, GivesEachJobAServerAndDescriptorsOfItsOwn) {
  for (const char* backend : {"epoll", "io_uring"}) {
    for (const char* threads : {"1", "2"}) {
      const Finished finished = run({"--embedded", "--backend", backend, "--threads", threads, "--jobs", "4",
                                     "--repeat", "20", "1.json", "2.json", "3.json"});
      EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
      EXPECT_EQ(count_of("\nok   ", "\n" + finished.error), 60);
    }
  }
}

TEST_F(RunControl, EndsAllJobsAtASignal) {
  write("long.json", scenario("long", "", R"({"log": "begun"}, {"sleep": "50s"})"));
  for (const int signal : {SIGINT, SIGTERM}) {
    Process process(command({"--embedded", "--jobs", "3", "--repeat", "9", "long.json"}));
    for (int job = 0; job < 3; ++job) {
      process.wait_for_line(Stream::error, [](auto line) { return line.ends_with("begun"); });
    }
    process.signal(signal);
    EXPECT_EQ(process.wait(), Exit::code(128 + signal));
    EXPECT_THAT(process.written(Stream::error), HasSubstr("FAIL: 0 of 9 scenarios passed, 3 clients"));
  }
}

TEST_F(RunControl, SendsTheSameBytesInOtherPieces) {
  write("lines.json", scenario("lines", "", R"({"send": {"repeat": {"of": "0123456789", "count": 3000}}},
                                                {"expect": {"starts_with": "GOT:0123", "length": 30004}})"));
  for (const char* seed : {"1", "2"}) {
    const Finished finished = run({"--embedded", "--rechunk", seed, "lines.json"});
    EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
    EXPECT_THAT(finished.error, HasSubstr("29.3 KiB sent"));
  }
  // On the same network the same pieces take the same time.
  const auto told = [this](std::vector<std::string> words) {
    words.insert(words.end(), {"--simulate", "--seed", "1", "lines.json"});
    return run(std::move(words)).error;
  };
  EXPECT_EQ(told({"--rechunk", "1"}), told({"--rechunk", "1"}));
  EXPECT_NE(told({"--rechunk", "1"}), told({"--rechunk", "2"}));
  EXPECT_NE(told({"--rechunk", "1"}), told({}));
}

TEST_F(RunControl, ShowsWhatClientsSay) {
  write("log.json",
        R"({"name": "log", "clients": [{"name": "talker", "count": 1200, "steps": [{"log": "here\u001b"}]}]})");
  const Finished finished = run({"--embedded", "log.json"});
  EXPECT_THAT(finished.error, HasSubstr("log  log, client \"talker\" 0: here\\x1b\n"));
  EXPECT_EQ(count_of("log  log, client", finished.error), 1000);
  EXPECT_THAT(finished.error, HasSubstr("log  200 more messages of clients are not shown\n"));
  EXPECT_EQ(finished.output, "");
}

TEST_F(RunControl, HasNotPassedWhenAllWasSkipped) {
  write("skip.json", scenario("skip", "", R"({"skip": "not here"})"));
  const Finished skipped = run({"--embedded", "skip.json"});
  EXPECT_EQ(skipped.exit, Exit::code(5));
  EXPECT_THAT(skipped.error, AllOf(HasSubstr("skipped: not here"), HasSubstr("skip skip: 1 of 1 client skipped"),
                                   HasSubstr("FAIL: 0 of 1 scenario passed"), HasSubstr("(all were skipped)")));
  EXPECT_EQ(run({"--embedded", "skip.json", "1.json"}).exit, Exit::code(0));
}

}  // namespace
}  // namespace programs
