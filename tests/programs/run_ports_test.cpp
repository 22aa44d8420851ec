// A machine that has few local ports: what is spread over addresses is, and what cannot be is no failure of the server.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/programs/run.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"

namespace programs {
namespace {

using support::Exit;
using support::Finished;
using testing::AllOf;
using testing::HasSubstr;

/// A network of its own, so that the server's port is nobody else's, with ten ports for those who connect.
constexpr const char* kTenPorts = R"(
ip link set lo up && sysctl -qw net.ipv4.ip_local_port_range='50000 50009' && exec "$@")";

class FewPorts : public RunOnBackend {
 protected:
  void SetUp() override {
    const Finished tried = support::run({.arguments = isolated({"true"})});
    if (tried.exit != Exit::code(0)) GTEST_SKIP() << "no network of its own can be made here: " << tried.error;
    write("crowd.json", R"({"clients": [{"count": 30, "steps": [
      {"barrier": {}}, {"exchange": {"send": "Hello", "expect": "GOT:Hello"}}]}]})");
  }

  static std::vector<std::string> isolated(std::vector<std::string> words) {
    words.insert(words.begin(), {"unshare", "--net", "--map-root-user", "bash", "-c", kTenPorts, "bash"});
    return words;
  }

  Finished run_isolated(const std::string& listening, const std::string& target) const {
    const std::string server = support::program_path("echo_server") + " " + listening;
    return support::run(through(isolated({}), on_backend({"--spawn", server, "--target", target, "crowd.json"})));
  }
};

INSTANTIATE_TEST_SUITE_P(, FewPorts, testing::Values("epoll", "io_uring"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(FewPorts, SufficeForTheManyAddressesOfThisMachine) {
  const Finished finished = run_isolated("tcp://127.0.0.1:9000", "tcp://127.0.0.1:9000");
  EXPECT_EQ(finished.exit, Exit::code(0)) << finished.error;
}

TEST_P(FewPorts, AreToldBeforehandForAnAddressThatIsAlone) {
  const Finished finished = run_isolated("tcp://[::1]:9000", "tcp://[::1]:9000");
  EXPECT_EQ(finished.exit, Exit::code(3));
  EXPECT_THAT(finished.error, AllOf(HasSubstr("30 connections to tcp://[::1]:9000"), HasSubstr("sysctl -w")));
}

TEST_P(FewPorts, ThatRunOutAreNoFailureOfTheServer) {
  // localhost could be 127.0.0.1, which has many addresses beside it; and nobody listens there.
  const Finished finished = run_isolated("tcp://[::1]:9000", "tcp://localhost:9000");
  EXPECT_EQ(finished.exit, Exit::code(3)) << finished.error;
  EXPECT_THAT(finished.error, AllOf(HasSubstr("ECONNREFUSED"), HasSubstr("help      no local port is left"),
                                    HasSubstr("ip_local_port_range has 10"), HasSubstr("sysctl -w")));
}

}  // namespace
}  // namespace programs
