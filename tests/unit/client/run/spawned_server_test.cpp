#include "client/run/spawned_server.h"

#include <signal.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "tests/support/coroutines.h"
#include "tests/support/listener.h"
#include "tests/support/patience.h"
#include "tests/support/process_status.h"

namespace client::run {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;

/// The shell plays the server.
std::unique_ptr<SpawnedServer> shell(const std::string& script) {
  auto server = SpawnedServer::start({"sh", "-c", script});
  if (!server) ADD_FAILURE() << server.error();
  return std::move(*server);
}

SpawnedServer::Ready wait(SpawnedServer& server, sched::Duration limit = support::kPatience,
                          SpawnedServer::Signs signs = {.line = true}) {
  sched::Scheduler scheduler(support::must(sched::make_backend(sched::BackendKind::epoll)).backend);
  return scheduler.run(server.wait_until_ready(std::move(signs), limit));
}

constexpr auto kReady = R"(echo 'READY {"url":"tcp://127.0.0.1:7","pid":1}';)";
/// Stays until it is told to end.
constexpr auto kStay = "exec sleep 1000";

TEST(SpawnedServer, IsReadyWhenItSaysSo) {
  const auto server = shell(std::string("echo starting; echo 'READY soon'; ") + kReady + kStay);
  EXPECT_EQ(wait(*server), "tcp://127.0.0.1:7");
  EXPECT_EQ(wait(*server), "tcp://127.0.0.1:7") << "and still is";
}

TEST(SpawnedServer, IsReadyThoughItHasEndedSince) { EXPECT_EQ(wait(*shell(kReady)), "tcp://127.0.0.1:7"); }

TEST(SpawnedServer, TellsThatItEndedBefore) {
  EXPECT_EQ(wait(*shell("exit 3")).error(), "the server ended (exit code 3) before it printed a READY line");
  EXPECT_EQ(wait(*shell("kill -SEGV $$")).error(), "the server ended (SIGSEGV) before it printed a READY line");
}

TEST(SpawnedServer, TellsThatItSaysNothing) {
  EXPECT_EQ(wait(*shell(kStay), milliseconds(10)).error(), "the server printed no READY line in 10ms");
}

TEST(SpawnedServer, CannotBeWhatIsNotThere) {
  const auto server = SpawnedServer::start({"/nowhere/at all"});
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error(), "cannot start \"/nowhere/at all\": ENOENT (No such file or directory)");
}

TEST(SpawnedServer, FindsItsLineAmongMuchThatIsNone) {
  const std::string noise = "head -c 3000000 /dev/zero; echo; yes | head -c 3000000;";
  EXPECT_EQ(wait(*shell(noise + kReady + noise + kStay)), "tcp://127.0.0.1:7");
  EXPECT_EQ(wait(*shell(std::string("printf 'READY {\"url\":'; printf '\"x\"}\n'; ") + kStay)), "x");
}

TEST(SpawnedServer, TellsThatItCanSayNothingAnyMore) {
  EXPECT_EQ(wait(*shell(std::string("exec >&-; ") + kStay)).error(),
            "the server closed its standard output and had printed no READY line");
}

TEST(SpawnedServer, IsReadyWhenAllOfItsTargetsAccept) {
  support::Listener one;
  support::Listener other;
  const auto first = *transport::parse_url(one.url());
  const auto second = *transport::parse_url(other.url());
  EXPECT_EQ(wait(*shell(kStay), support::kPatience, {.targets = {first, second}}), "");
  EXPECT_EQ(wait(*shell(std::string(kReady) + kStay), support::kPatience, {.targets = {first}, .line = true}),
            "tcp://127.0.0.1:7");
  other.close();
  EXPECT_EQ(wait(*shell(kStay), milliseconds(10), {.targets = {first, second}}).error(),
            "nothing accepted connections at " + other.url() + " in 10ms");
  EXPECT_EQ(wait(*shell("exit 1"), support::kPatience, {.targets = {second}}).error(),
            "the server ended (exit code 1) before anything accepted connections at " + other.url());
}

TEST(SpawnedServer, TellsWhereItSaysThatItIsWhenItsTargetDoesNotAccept) {
  support::Listener listener;
  const auto target = *transport::parse_url(listener.url());
  listener.close();
  const auto server = shell(std::string(kReady) + "echo ready >&2;" + kStay);
  while (server->log_tail().empty()) {
  }
  EXPECT_EQ(wait(*server, milliseconds(100), {.targets = {target}}).error(),
            "nothing accepted connections at " + listener.url() +
                " in 100ms; the server says that it is at tcp://127.0.0.1:7, which --target can name");
}

TEST(SpawnedServer, KeepsTheEndOfItsLog) {
  const auto server = shell("seq 1 10000 >&2; printf '\\033[31mlast\\n' >&2; " + std::string(kReady));
  EXPECT_TRUE(wait(*server));
  server->stop();
  const std::string log = server->log_tail();
  EXPECT_THAT(log, EndsWith("\n9999\n10000\n\\x1b[31mlast\n"));
  EXPECT_LE(log.size(), 9000U);
  EXPECT_THAT(log, testing::ContainsRegex("^[0-9]+\n")) << "it begins with a whole line";
}

TEST(SpawnedServer, KeepsTheEndOfItsOutputToo) {
  const auto server = shell(std::string(kReady) + "echo afterwards; seq 1 10000; printf 'I am dying'");
  EXPECT_TRUE(wait(*server));
  while (!server->how_it_ended()) {
  }
  server->stop();
  EXPECT_THAT(server->output_tail(), EndsWith("\n10000\nI am dying\n"));
  EXPECT_EQ(server->log_tail(), "");
}

TEST(SpawnedServer, IsNotHeldUpByItsOutput) {
  const auto server = shell(std::string(kReady) + "yes | head -c 10000000; yes | head -c 10000000 >&2; echo end >&2");
  EXPECT_TRUE(wait(*server));
  while (!server->how_it_ended()) {
  }
  server->stop();
  EXPECT_THAT(server->log_tail(), EndsWith("y\nend\n"));
}

TEST(SpawnedServer, TellsHowItEndedByItself) {
  const auto crashed = shell("exit 7");
  EXPECT_FALSE(wait(*crashed));
  EXPECT_EQ(crashed->how_it_ended(), "exit code 7");
  crashed->stop();
  EXPECT_EQ(crashed->how_it_ended(), "exit code 7");
  const auto stopped = shell(std::string(kReady) + kStay);
  EXPECT_TRUE(wait(*stopped));
  stopped->stop();
  EXPECT_EQ(stopped->how_it_ended(), std::nullopt) << "it was stopped";
}

TEST(SpawnedServer, TellsThatItDiedWhileItWasStopped) {
  // The clients of a server that dies know of it before it has ended.
  const auto server =
      shell("trap 'kill -SEGV $$' TERM; " + std::string(kReady) + "while :; do sleep 1000 & wait; done");
  EXPECT_TRUE(wait(*server));
  server->stop();
  EXPECT_EQ(server->how_it_ended(), "SIGSEGV");
  EXPECT_EQ(server->fault(), "the server died of SIGSEGV when it was told to end");
}

TEST(SpawnedServer, IsAskedToEnd) {
  const auto server =
      shell("trap 'echo drained >&2; exit 0' TERM; " + std::string(kReady) + "while :; do sleep 1000 & wait; done");
  EXPECT_TRUE(wait(*server));
  server->stop();
  EXPECT_EQ(server->log_tail(), "drained\n");
}

TEST(SpawnedServer, TakesWhatItHasStartedWithIt) {
  const auto server = shell(R"(sleep 1000 & echo "READY {\"url\":\"$!\"}"; wait)");
  const pid_t child = std::stoi(wait(*server).value());
  server->stop();
  EXPECT_TRUE(support::ends(child));
}

TEST(SpawnedServer, TakesWhatHasLeftItsGroupWithIt) {
  // One in a session of its own, and one whose parent has ended, too.
  for (const char* start : {R"(setsid sleep 1000 & echo "READY {\"url\":\"$!\"}"; wait)",
                            R"((setsid sleep 1000 & echo "READY {\"url\":\"$!\"}"); exec sleep 1000)"}) {
    const auto server = shell(start);
    const pid_t grandchild = std::stoi(wait(*server).value());
    server->stop();
    EXPECT_TRUE(support::ends(grandchild)) << start;
    EXPECT_EQ(server->how_it_ended(), std::nullopt);
  }
}

TEST(SpawnedServer, TakesWhatItHasLeftBehindWithIt) {
  const auto server = shell(R"(setsid sleep 1000 & echo "READY {\"url\":\"$!\"}"; kill -KILL $$)");
  const pid_t left = std::stoi(wait(*server).value());
  while (!server->how_it_ended()) {
  }
  EXPECT_EQ(::kill(left, 0), 0) << "as long as it may be the server itself";
  server->stop();
  EXPECT_TRUE(support::ends(left));
  EXPECT_EQ(server->how_it_ended(), "SIGKILL");
}

TEST(SpawnedServer, StaysAtAHangupIfThatIsIgnored) {
  const std::string hangup = std::string("kill -HUP $$; ") + kReady + kStay;
  EXPECT_EQ(wait(*shell(hangup)).error(), "the server ended (SIGHUP) before it printed a READY line");
  ::signal(SIGHUP, SIG_IGN);
  EXPECT_TRUE(wait(*shell(hangup)));
  ::signal(SIGHUP, SIG_DFL);
}

TEST(SpawnedServer, IsKilledWhenItDoesNotEnd) {
  const auto server = shell("trap '' TERM; " + std::string(kReady) + "while :; do sleep 1000; done");
  EXPECT_TRUE(wait(*server));
  server->stop();
  EXPECT_EQ(server->how_it_ended(), std::nullopt) << "not by itself";
}

}  // namespace
}  // namespace client::run
