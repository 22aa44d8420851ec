// Which backend echo_server takes where io_uring is not to be had, as in most containers.

#include <cerrno>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <seccomp.h>

#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using support::ServerProcess;
using support::Socket;
using support::Stream;

/// Runs `body` on a thread that, like every program it starts, is denied io_uring with `error_number`.
void without_io_uring(int error_number, void (*body)()) {
  std::jthread([=] {
    const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    const std::uint32_t denied = SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error_number));
    ASSERT_EQ(::seccomp_rule_add(filter, denied, SCMP_SYS(io_uring_setup), 0), 0);
    ASSERT_EQ(::seccomp_load(filter), 0);
    ::seccomp_release(filter);
    body();
  });
}

std::string ask(const std::string& url) {
  Socket socket = Socket::connect(url);
  socket.send_all("Hello");
  return socket.receive_exactly(9);
}

void expect_one_line_about_epoll(const std::string& error_name) {
  ServerProcess server({"--threads", "2", "--log-level", "warn", "tcp://127.0.0.1:0"});
  EXPECT_EQ(ask(server.url()), "GOT:Hello");
  EXPECT_EQ(server.stop(), Exit::code(0));
  EXPECT_EQ(server.process().written(Stream::error),
            "warning: io_uring is not available (io_uring_setup: " + error_name + "); using epoll\n");
}

TEST(ServerBackend, FallsBackToEpollAndSaysSoOnce) {
  without_io_uring(EPERM, [] { expect_one_line_about_epoll("EPERM"); });
  without_io_uring(ENOSYS, [] { expect_one_line_about_epoll("ENOSYS"); });
}

TEST(ServerBackend, SaysNothingWhenEpollWasAskedFor) {
  without_io_uring(EPERM, [] {
    ServerProcess server({"--backend", "epoll", "--log-level", "warn", "tcp://127.0.0.1:0"});
    EXPECT_EQ(ask(server.url()), "GOT:Hello");
    EXPECT_EQ(server.stop(), Exit::code(0));
    EXPECT_EQ(server.process().written(Stream::error), "");
  });
}

TEST(ServerBackend, DoesNotStartWhenIoUringWasAskedFor) {
  without_io_uring(EPERM, [] {
    for (const char* threads : {"1", "2"}) {
      const Finished finished = support::run({.arguments = {support::program_path("echo_server"), "--threads", threads,
                                                            "--backend", "io_uring", "tcp://127.0.0.1:0"}});
      EXPECT_EQ(finished.exit, Exit::code(3));
      EXPECT_EQ(finished.output, "") << "nobody is told that it serves";
      EXPECT_EQ(finished.error, "echo_server: cannot start: io_uring_setup: EPERM (Operation not permitted); "
                                "--backend auto takes epoll where io_uring is not to be had\n");
    }
  });
}

TEST(ServerBackend, TakesIoUringWhereItIs) {
  ServerProcess server({"--log-level", "debug", "tcp://127.0.0.1:0"});
  EXPECT_EQ(server.process().wait_for_line(Stream::error, [](auto) { return true; }),
            "serving with io_uring on 1 threads");
}

}  // namespace
}  // namespace programs
