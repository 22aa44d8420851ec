#include "client/run/spawned_server.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "tests/support/coroutines.h"
#include "tests/support/listener.h"
#include "tests/support/patience.h"

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
                          const std::optional<transport::Url>& target = std::nullopt) {
  sched::Scheduler scheduler(support::must(sched::make_backend(sched::BackendKind::epoll)).backend);
  return scheduler.run(server.wait_until_ready(target, limit));
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

TEST(SpawnedServer, IsReadyWhenItsTargetAccepts) {
  support::Listener listener;
  const auto target = *transport::parse_url(listener.url());
  EXPECT_EQ(wait(*shell(kStay), support::kPatience, target), listener.url());
  listener.close();
  EXPECT_EQ(wait(*shell(kStay), milliseconds(10), target).error(),
            "nothing accepted connections at " + listener.url() + " in 10ms");
  EXPECT_EQ(wait(*shell("exit 1"), support::kPatience, target).error(),
            "the server ended (exit code 1) before anything accepted connections at the target");
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
  // By its number: glibc 2.36 declares pidfd_open without C linkage.
  const sched::Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  ASSERT_TRUE(process);
  server->stop();
  pollfd ended{process.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&ended, 1, std::chrono::milliseconds(support::kPatience).count()), 1);
}

}  // namespace
}  // namespace client::run
