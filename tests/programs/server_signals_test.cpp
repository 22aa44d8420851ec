// Signals that ask echo_server for nothing.

#include <signal.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/coroutines.h"
#include "tests/support/exchange.h"
#include "tests/support/process_status.h"
#include "tests/support/reference_answer.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Exit;
using support::Repeated;
using support::ServerProcess;
using support::Socket;
using support::Stream;

class ServerSignals : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerSignals, both_backends(), name_of_backend);

/// They end nothing by themselves; the first two interrupt what the server waits in, whatever it does with signals.
constexpr std::array kHarmless{SIGSTOP, SIGCONT, SIGPIPE, SIGWINCH, SIGURG};

TEST_P(ServerSignals, InAStormDoNotDisturbAnExchange) {
  for (const char* threads : {"1", "2"}) {
    ServerProcess server = serve({"--log-level", "warn", "--threads", threads, "tcp://127.0.0.1:0"});
    const pid_t pid = server.process().pid();
    std::atomic<bool> is_over = false;
    const std::jthread storm([pid, &is_over] {
      for (size_t i = 0; i < 10'000; ++i) EXPECT_EQ(::kill(pid, kHarmless[i % kHarmless.size()]), 0);
      is_over = true;
    });
    const std::string said = support::patterned(100'000) + "\n";
    const std::string answer = support::line_answer("GOT:", said);
    while (!is_over) {
      Socket client = Socket::connect(server.url());
      EXPECT_EQ(support::exchange(client, Repeated(said, 20), Repeated(answer, 20)), "") << threads << " threads";
    }
    Socket client = Socket::connect(server.url());
    ask(client);
    client.close();
    EXPECT_EQ(server.stop(), Exit::code(0));
    EXPECT_EQ(server.process().written(Stream::error), "");
  }
}

TEST_P(ServerSignals, LetAServerThatWaitsWaitOn) {
  ServerProcess server = serve();
  Socket client = Socket::connect(server.url());
  ask(client);
  for (int i = 0; i < 1000; ++i) {
    while (!support::is_asleep(server.process().pid())) std::this_thread::yield();
    server.process().signal(SIGSTOP);
    server.process().signal(SIGCONT);
    if (i % 100 == 0) ask(client);
  }
  client.close();
  EXPECT_EQ(server.stop(), Exit::code(0));
}

TEST_P(ServerSignals, OfAHangupAreToldAndServingGoesOn) {
  ServerProcess server = serve();
  Socket client = Socket::connect(server.url());
  ask(client);
  for (int i = 0; i < 2; ++i) {
    server.process().signal(SIGHUP);
    server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("HUP: "); });
    ask(client);
  }
  server.process().signal(SIGTERM);
  server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("draining"); });
  server.process().signal(SIGHUP);
  server.process().wait_for_line(Stream::error, [](auto line) { return line.starts_with("HUP: "); });
  client.close();
  EXPECT_EQ(server.process().wait(), Exit::code(0)) << "a hangup is no second request to end";
}

}  // namespace
}  // namespace programs
