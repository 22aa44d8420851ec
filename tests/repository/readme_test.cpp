// What README.md shows is what happens.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "tests/support/normalized.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace {

using support::Exit;
using support::Finished;
using support::Process;
using support::ServerProcess;
using support::TemporaryDirectory;
using testing::HasSubstr;

/// The content of the code blocks of one language, in their order.
std::vector<std::string> code_blocks(std::string_view markdown, const std::string& language) {
  const std::string opening = "\n```" + language + "\n";
  std::vector<std::string> blocks;
  for (size_t at = markdown.find(opening); at != std::string_view::npos; at = markdown.find(opening, at)) {
    at += opening.size();
    blocks.emplace_back(markdown.substr(at, markdown.find("```\n", at) - at));
  }
  return blocks;
}

/// The text without what differs from run to run, which of a hundred clients failed included.
std::string normalized(std::string text) {
  text = support::normalized(std::move(text));
  RE2::GlobalReplace(&text, R"("greeter" \d+)", "\"greeter\" CLIENT");
  return text;
}

class Readme : public testing::Test {
 protected:
  /// Runs the scenario that is shown, as hello.json.
  Finished run_scenario(const std::string& scenario) const {
    const ServerProcess server;
    const TemporaryDirectory directory;
    directory.write("hello.json", scenario);
    support::Command command{
        .arguments = {support::program_path("echo_client"), "run", "--target", server.url(), "hello.json"}};
    command.working_directory = directory.path();
    return support::run(std::move(command));
  }

  const std::string readme_ = support::read_file(GOTBACK_SOURCE_DIR "/README.md");
  const std::string scenario_ = code_blocks(readme_, "json").at(0);
  const std::vector<std::string> consoles_ = code_blocks(readme_, "console");
};

TEST_F(Readme, ShowsASessionByHand) {
  const std::string& session = consoles_.at(0);
  ServerProcess server;
  const std::string port = server.url().substr(server.url().rfind(':') + 1);
  Process nc({.arguments = {"nc", "127.0.0.1", port}});
  std::string typed;
  std::string answered;
  re2::StringPiece rest(session);
  ASSERT_TRUE(RE2::Consume(&rest, R"((?s:.*)\n\$ nc localhost 25000\n)"));
  size_t exchanges = 0;
  for (; RE2::Consume(&rest, R"((.*)\n(.*)\n)", &typed, &answered); ++exchanges) {
    nc.write_input(typed + "\n");
    EXPECT_EQ(nc.read_until(support::Stream::output, "\n"), answered + "\n");
  }
  EXPECT_EQ(exchanges, 2);
}

TEST_F(Readme, ShowsAScenarioThatPasses) {
  const Finished finished = run_scenario(scenario_);
  EXPECT_EQ(finished.exit, Exit::code(0));
  EXPECT_EQ("$ build/bin/echo_client hello.json\n" + normalized(finished.error), normalized(consoles_.at(1)));
}

TEST_F(Readme, ShowsWhatAFailureLooksLike) {
  std::string scenario = scenario_;
  ASSERT_TRUE(RE2::Replace(&scenario, "GOT:Hello", "GOT:HellO"));
  const Finished finished = run_scenario(scenario);
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_THAT(normalized(finished.error), HasSubstr(normalized(consoles_.at(2))));
}

}  // namespace
