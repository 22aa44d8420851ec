#include "server/options.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace {

using namespace std::chrono_literals;
using server::LogFormat;
using server::LogLevel;
using server::Options;
using server::parse_options;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Arguments = std::vector<std::string>;

// Fails the test, and gives the defaults, where the arguments are not taken.
Options options_of(const Arguments& arguments) {
  auto parsed = parse_options(arguments);
  if (auto* options = std::get_if<Options>(&parsed)) return std::move(*options);
  const auto* error = std::get_if<server::UsageError>(&parsed);
  ADD_FAILURE() << (error != nullptr ? error->message : "a printout");
  return {};
}

std::string error_of(const Arguments& arguments) {
  const auto parsed = parse_options(arguments);
  const auto* error = std::get_if<server::UsageError>(&parsed);
  return error != nullptr ? error->message : "taken";
}

std::string printout_of(const Arguments& arguments) {
  const auto parsed = parse_options(arguments);
  const auto* printout = std::get_if<server::Printout>(&parsed);
  return printout != nullptr ? printout->text : "none";
}

std::vector<std::string> urls_of(const Options& options) {
  std::vector<std::string> urls(options.urls.size());
  std::ranges::transform(options.urls, urls.begin(), transport::to_string);
  return urls;
}

TEST(ServerOptions, HaveTheDefaultsThatTheHelpShows) {
  const auto options = options_of({});
  EXPECT_EQ(urls_of(options), Arguments{"tcp://localhost:25000"});
  EXPECT_EQ(options.framing, echo::Framing::line);
  EXPECT_EQ(options.prefix, "GOT:");
  EXPECT_EQ(options.backend, sched::BackendKind::automatic);
  EXPECT_EQ(options.threads, 1U);
  EXPECT_EQ(options.spin, 0s);
  EXPECT_EQ(options.max_connections, std::nullopt);
  EXPECT_EQ(options.max_connections_per_address, std::nullopt);
  EXPECT_EQ(options.idle_timeout, 0s);
  EXPECT_EQ(options.write_timeout, 60s);
  EXPECT_EQ(options.drain_timeout, 5s);
  EXPECT_EQ(options.send_buffer, 65536U);
  EXPECT_EQ(options.port_file, "");
  EXPECT_EQ(options.log_level, LogLevel::info);
  EXPECT_EQ(options.log_format, LogFormat::text);
}

TEST(ServerOptions, TakeEveryOption) {
  const auto options = options_of({"tcp://*:0",
                                   "--framing",
                                   "chunk",
                                   "--prefix=> ",
                                   "--backend",
                                   "epoll",
                                   "--threads",
                                   "4",
                                   "--spin",
                                   "50us",
                                   "--max-connections",
                                   "100",
                                   "--max-connections-per-address=10",
                                   "--idle-timeout",
                                   "1m",
                                   "--write-timeout",
                                   "1.5s",
                                   "--drain-timeout",
                                   "250ms",
                                   "--send-buffer",
                                   "1MiB",
                                   "--port-file",
                                   "/run/port",
                                   "--log-level",
                                   "debug",
                                   "--log-format",
                                   "json",
                                   "unix:@echo"});
  EXPECT_EQ(urls_of(options), (Arguments{"tcp://*:0", "unix:@echo"}));
  EXPECT_EQ(options.framing, echo::Framing::chunk);
  EXPECT_EQ(options.prefix, "> ");
  EXPECT_EQ(options.backend, sched::BackendKind::epoll);
  EXPECT_EQ(options.threads, 4U);
  EXPECT_EQ(options.spin, 50us);
  EXPECT_EQ(options.max_connections, 100U);
  EXPECT_EQ(options.max_connections_per_address, 10U);
  EXPECT_EQ(options.idle_timeout, 60s);
  EXPECT_EQ(options.write_timeout, 1500ms);
  EXPECT_EQ(options.drain_timeout, 250ms);
  EXPECT_EQ(options.send_buffer, 1024U * 1024U);
  EXPECT_EQ(options.port_file, "/run/port");
  EXPECT_EQ(options.log_level, LogLevel::debug);
  EXPECT_EQ(options.log_format, LogFormat::json);
}

TEST(ServerOptions, TakeAnEmptyPrefix) {
  EXPECT_EQ(options_of({"--prefix", ""}).prefix, "");
  EXPECT_EQ(options_of({"--prefix="}).prefix, "");
}

TEST(ServerOptions, TakeTheLastOfARepeatedOption) {
  const auto options = options_of({"--threads", "1", "--prefix", "a", "--threads=2", "--prefix", "b"});
  EXPECT_EQ(options.threads, 2U);
  EXPECT_EQ(options.prefix, "b");
}

TEST(ServerOptions, SayWhichOptionIsWrongAndWhatIsWanted) {
  const std::vector<std::pair<Arguments, std::string>> cases{
      {{"--framing", "words"}, R"(--framing "words": write line or chunk)"},
      {{"--backend", "iocp"}, R"(--backend "iocp": write auto, epoll or io_uring)"},
      {{"--threads", "-1"}, R"(--threads "-1": write a whole number from 0 to 1024)"},
      {{"--threads", "1025"}, R"(--threads "1025": write a whole number from 0 to 1024)"},
      {{"--threads", "2x"}, R"(--threads "2x": write a whole number from 0 to 1024)"},
      {{"--threads", "99999999999999999999"}, "write a whole number from 0 to 1024"},
      {{"--max-connections", "0"}, R"(--max-connections "0": write a whole number from 1 to 1000000000)"},
      {{"--max-connections-per-address", "0"}, R"(--max-connections-per-address "0": write a whole number from 1)"},
      {{"--spin", "5"}, R"(--spin "5": a duration is a number and a unit)"},
      {{"--idle-timeout", "-1s"}, R"(--idle-timeout "-1s": a duration is a number and a unit)"},
      {{"--write-timeout", "0s"}, R"(--write-timeout "0s": write a duration of at least 1ms)"},
      {{"--write-timeout", "soon"}, R"(--write-timeout "soon": a duration is a number and a unit)"},
      {{"--send-buffer", "0"}, R"(--send-buffer "0": write a size from 1B to 1GiB)"},
      {{"--send-buffer", "2GiB"}, R"(--send-buffer "2GiB": write a size from 1B to 1GiB)"},
      {{"--send-buffer", "64K"}, R"(--send-buffer "64K": a size is a number of bytes)"},
      {{"--log-level", "loud"}, R"(--log-level "loud": write trace, debug, info, warn, error or off)"},
      {{"--log-format", "xml"}, R"(--log-format "xml": write text or json)"},
      {{"--port-file"}, "--port-file: 1 required FILE missing"},
      {{"--colour"}, "--colour"},
      {{"tcp://localhost"}, R"("tcp://localhost": the port is missing; write tcp://HOST:PORT)"},
      {{"tcp://localhost:1", "25000"}, R"("25000": the scheme is missing)"},
      {{""}, R"("": the scheme is missing)"},
  };
  for (const auto& [arguments, message] : cases) EXPECT_THAT(error_of(arguments), HasSubstr(message));
}

TEST(ServerOptions, TellAnErrorOnOnePrintableLine) {
  for (const auto& arguments : {Arguments{"--threads", "a\nb\x1b[2J\xff"}, {"--no\n\x1b[2J\xff"}, {"tcp://\n\x1b:1"}}) {
    const auto message = error_of(arguments);
    EXPECT_THAT(message, EndsWith("; see 'echo_server --help'"));
    for (const char c : message) EXPECT_TRUE(c >= ' ' && c <= '~') << message;
  }
}

TEST(ServerOptions, PrintTheHelpAndTheVersion) {
  EXPECT_THAT(printout_of({"--help"}), HasSubstr("Usage: echo_server [OPTIONS] [URL...]"));
  EXPECT_EQ(printout_of({"-h"}), printout_of({"--help", "tcp://h:1"}));
  EXPECT_THAT(printout_of({"--version"}), StartsWith("echo_server "));
}

TEST(ServerOptions, HelpFitsOnATerminal) {
  std::string line;
  for (const char c : printout_of({"--help"})) {
    if (c != '\n') {
      line += c;
      continue;
    }
    EXPECT_LE(line.size(), 120U) << line;
    line.clear();
  }
}

class ServerConfigFile : public testing::Test {
 protected:
  std::string write(std::string_view text) const { return directory_.write("echo_server.conf", text); }

  support::TemporaryDirectory directory_;
};

TEST_F(ServerConfigFile, HoldsTheSameOptions) {
  const auto path = write("threads=2\nprefix=\"> \"\nidle-timeout=3s\nurl=[\"tcp://localhost:0\",\"unix:@echo\"]\n");
  const auto options = options_of({"--config", path});
  EXPECT_EQ(options.threads, 2U);
  EXPECT_EQ(options.prefix, "> ");
  EXPECT_EQ(options.idle_timeout, 3s);
  EXPECT_EQ(urls_of(options), (Arguments{"tcp://localhost:0", "unix:@echo"}));
}

TEST_F(ServerConfigFile, GivesWayToTheCommandLine) {
  const auto path = write("threads=2\nurl=tcp://localhost:0\n");
  const auto options = options_of({"--threads", "3", "--config", path, "tcp://localhost:1"});
  EXPECT_EQ(options.threads, 3U);
  EXPECT_EQ(urls_of(options), Arguments{"tcp://localhost:1"});
}

TEST_F(ServerConfigFile, IsRefusedWithAnUnknownOption) {
  EXPECT_THAT(error_of({"--config", write("treads=2\n")}), HasSubstr("treads"));
}

TEST_F(ServerConfigFile, IsRefusedWithAWrongValue) {
  EXPECT_THAT(error_of({"--config", write("threads=many\n")}), HasSubstr(R"(--threads "many": write a whole number)"));
}

TEST_F(ServerConfigFile, IsRefusedWhenItIsMissing) {
  EXPECT_THAT(error_of({"--config", directory_.path() / "none"}), HasSubstr("none"));
}

TEST(ServerOptions, SayWhichOptionWasMeant) {
  EXPECT_EQ(error_of({"--theads", "2"}),
            "unknown option \"--theads\", did you mean \"--threads\"? See 'echo_server --help'");
  const support::TemporaryDirectory directory;
  EXPECT_THAT(error_of({"--config", directory.write("options", "theads=2\n")}),
              StartsWith("unknown option \"theads\", did you mean \"threads\"? (in the file of --config)"));
}

}  // namespace
