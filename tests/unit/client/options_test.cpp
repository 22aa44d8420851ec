#include "client/options.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/command_line.h"

namespace client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

// --- which command is meant

TEST(CommandLine, ConnectsToAUrl) {
  EXPECT_EQ(url_of({"tcp://localhost:25000"}), "tcp://localhost:25000");
  EXPECT_EQ(url_of({"unix:/run/echo.sock"}), "unix:/run/echo.sock");
  EXPECT_EQ(url_of({"unix:@echo"}), "unix:@echo");
}

TEST(CommandLine, ConnectsToAHostAndAPort) { EXPECT_EQ(url_of({"localhost", "25000"}), "tcp://localhost:25000"); }

TEST(CommandLine, RunsAnythingElse) {
  EXPECT_THAT(run({"a.json"}).paths, ElementsAre("a.json"));
  EXPECT_THAT(run({"a.json", "b.json"}).paths, ElementsAre("a.json", "b.json"));
  EXPECT_THAT(run({"a.json", "b", "1"}).paths, ElementsAre("a.json", "b", "1"));
}

TEST(CommandLine, TakesTheWordThatIsGiven) {
  EXPECT_THAT(run({"run", "localhost", "25000"}).paths, ElementsAre("localhost", "25000"));
  EXPECT_EQ(url_of({"connect", "run", "25000"}), "tcp://run:25000");
  EXPECT_THAT(run({"./connect"}).paths, ElementsAre("./connect"));
  EXPECT_THAT(run({"./check", "./help"}).paths, ElementsAre("./check", "./help"));
}

TEST(CommandLine, IsNotMisledByOptionsAndTheirValues) {
  EXPECT_EQ(url_of({"-w", "5s", "localhost", "25000"}), "tcp://localhost:25000");
  EXPECT_EQ(url_of({"localhost", "-v", "25000", "-q", "1s"}), "tcp://localhost:25000");
  EXPECT_THAT(run({"--target", "tcp://localhost:1", "a.json"}).paths, ElementsAre("a.json"));
  EXPECT_THAT(run({"a.json", "--seed", "5"}).paths, ElementsAre("a.json"));
  EXPECT_THAT(run({"--spawn", "unix:x", "a.json"}).paths, ElementsAre("a.json"));
}

TEST(CommandLine, ConnectsWhenALetterOfNcSaysSo) {
  EXPECT_EQ(url_of({"-l", "25000"}), "tcp://*:25000");
  EXPECT_EQ(url_of({"-lkv", "25000"}), "tcp://*:25000");
  EXPECT_EQ(url_of({"-l", "-p", "25000"}), "tcp://*:25000");
  EXPECT_EQ(url_of({"-U", "/run/echo.sock"}), "unix:/run/echo.sock");
  EXPECT_EQ(url_of({"-z", "localhost", "20-30"}), "tcp://localhost:20");
  EXPECT_THAT(error_of({"-l"}), HasSubstr("[HOST] PORT"));
}

TEST(CommandLine, SaysWhatIsMissingWhenNothingIsGiven) {
  EXPECT_THAT(error_of({}), HasSubstr("give a file or folder to run, or an address to connect to"));
  EXPECT_THAT(error_of({"-w", "1s"}), HasSubstr("give a file or folder to run"));
}

TEST(CommandLine, TellsOfTheCommandThatIsMeant) {
  EXPECT_THAT(error_of({"localhost", "25000", "-w", "soon"}), HasSubstr("see 'echo_client connect --help'"));
  EXPECT_THAT(error_of({"a.json", "--timeout", "5"}), HasSubstr("see 'echo_client run --help'"));
  EXPECT_THAT(error_of({"--bogus"}), HasSubstr("see 'echo_client --help'"));
}

TEST(CommandLine, SaysWhichOptionWasMeant) {
  EXPECT_EQ(error_of({"run", "--theads", "2", "x.json"}),
            "unknown option \"--theads\", did you mean \"--threads\"? See 'echo_client run --help'");
  EXPECT_THAT(error_of({"--theads=2", "x.json"}), HasSubstr("\"--theads\", did you mean \"--threads\"?"));
  EXPECT_THAT(error_of({"bench", "--conections", "2", "tcp://a:1"}), HasSubstr("did you mean \"--connections\"?"));
  EXPECT_THAT(error_of({"check", "-sed", "2", "x.json"}), HasSubstr("unknown option"));
  EXPECT_THAT(error_of({"localhost", "25000", "--timestamp"}), HasSubstr("did you mean \"--timestamps\"?"));
  EXPECT_THAT(error_of({"run", "--frobnicate", "x.json"}), HasSubstr("unknown option \"--frobnicate\"; see"));
  EXPECT_THAT(error_of({"help", "steps", "framings"}), HasSubstr("there is no topic \"steps-framings\""));
}

TEST(CommandLine, SaysWhichOptionWasMeantWhereNothingElseIsGiven) {
  EXPECT_EQ(error_of({"--versoin"}),
            "unknown option \"--versoin\", did you mean \"--version\"? See 'echo_client --help'");
  EXPECT_THAT(error_of({"--theads", "2"}), HasSubstr("did you mean \"--threads\"?"));
  EXPECT_THAT(error_of({"--time-stamps"}), HasSubstr("did you mean \"--timestamps\"?"));
}

TEST(CommandLine, ConnectsWhenAnOptionOfItSaysSo) {
  EXPECT_THAT(error_of({"localhost:6379", "-w", "5"}),
              HasSubstr("write tcp://localhost:6379; see 'echo_client connect"));
  EXPECT_THAT(error_of({"-ul", "7"}), HasSubstr("there is no UDP yet"));
  EXPECT_THAT(run({"a.json", "-vv"}).paths, ElementsAre("a.json"));
}

TEST(CommandLine, SaysThatThereIsNoUdp) {
  EXPECT_THAT(error_of({"-u", "localhost", "25000"}), HasSubstr("there is no UDP yet"));
  EXPECT_THAT(error_of({"-u"}), HasSubstr("there is no UDP yet"));
  for (const char* command : {"run", "bench", "exchange"}) {
    EXPECT_THAT(error_of({command, "-u", "tcp://h:1"}), HasSubstr("there is no UDP yet")) << command;
  }
  EXPECT_THAT(error_of({"connect", "-u", "localhost", "25000"}), HasSubstr("there is no UDP yet"));
}

TEST(CommandLine, KnowsWhichCommandMayBeMeant) {
  EXPECT_EQ(run({"chekc", "x.json"}).command_meant, "check");
  EXPECT_EQ(run({"multi.json"}).command_meant, "");
  EXPECT_EQ(run({"run", "chekc"}).command_meant, "") << "it is there";
}

TEST(CommandLine, TellsErrorsOnOneLine) {
  for (const Arguments& arguments : std::vector<Arguments>{
           {}, {"--bogus", "a"}, {"a", "--seed", "x\ny"}, {"connect", "a\nb"}, {"a\nb", "1"}, {"a", "--var", "\n"}}) {
    EXPECT_THAT(error_of(arguments), Not(HasSubstr("\n")));
    EXPECT_THAT(error_of(arguments), Not(IsEmpty()));
  }
}

TEST(CommandLine, PrintsHelpForEachCommand) {
  EXPECT_THAT(printout_of({"--help"}), HasSubstr("echo_client [connect] [OPTIONS] HOST PORT|URL"));
  EXPECT_THAT(printout_of({"run", "--help"}), HasSubstr("--embedded"));
  EXPECT_THAT(printout_of({"connect", "-h"}), HasSubstr("--quit-after DURATION"));
  EXPECT_THAT(printout_of({"localhost", "25000", "-h"}), HasSubstr("--quit-after DURATION"));
}

TEST(CommandLine, PrintsTheVersion) {
  EXPECT_THAT(printout_of({"--version"}), testing::MatchesRegex("echo_client [0-9.]+\n"));
}

// --- run

TEST(RunOptions, HaveDefaults) {
  const RunOptions options = run({"a.json"});
  EXPECT_EQ(options.target, std::nullopt);
  EXPECT_FALSE(options.embedded);
  EXPECT_THAT(options.spawn, IsEmpty());
  EXPECT_FALSE(options.simulate);
  EXPECT_THAT(options.server_options, IsEmpty());
  EXPECT_THAT(options.variables, IsEmpty());
  EXPECT_THAT(options.selection.exclude, IsEmpty());
  EXPECT_THAT(options.selection.tags, IsEmpty());
  EXPECT_FALSE(options.list);
  EXPECT_EQ(options.rechunk, std::nullopt);
  EXPECT_EQ(options.repeat, 1U);
  EXPECT_EQ(options.jobs, 1U);
  EXPECT_FALSE(options.fail_fast);
  EXPECT_EQ(options.selection.only, "*");
  EXPECT_EQ(options.seed, std::nullopt);
  EXPECT_EQ(options.timeout, std::nullopt) << "what suits it";
  EXPECT_EQ(options.backend, sched::BackendKind::automatic);
  EXPECT_EQ(options.threads, 1U);
  EXPECT_EQ(options.spin, 0ns);
  EXPECT_EQ(options.verbosity, 0);
}

TEST(RunOptions, AreRead) {
  const RunOptions options =
      run({"--target", "tcp://a:1", "--only", "echo-*", "--seed", "18446744073709551615", "--timeout", "90s",
           "--backend", "io_uring", "--threads", "0", "--spin", "5us", "-vv", "a.json"});
  EXPECT_EQ(to_string(*options.target), "tcp://a:1");
  EXPECT_EQ(options.selection.only, "echo-*");
  EXPECT_EQ(options.seed, 18446744073709551615U);
  EXPECT_EQ(options.timeout, 90s);
  EXPECT_EQ(options.backend, sched::BackendKind::io_uring);
  EXPECT_EQ(options.threads, 0U);
  EXPECT_EQ(options.spin, 5us);
  EXPECT_EQ(options.verbosity, 2);
  EXPECT_EQ(run({"a", "--quiet"}).verbosity, -1);
}

TEST(RunOptions, SayWhatIsRunHowOften) {
  const RunOptions options = run({"--exclude", "a*", "--tag", "x", "file", "--exclude", "b", "--tag", "y", "--list",
                                  "--rechunk", "7", "--repeat", "3", "--jobs", "4", "--fail-fast"});
  EXPECT_THAT(options.selection.exclude, ElementsAre("a*", "b"));
  EXPECT_THAT(options.selection.tags, ElementsAre("x", "y"));
  EXPECT_THAT(options.paths, ElementsAre("file"));
  EXPECT_TRUE(options.list);
  EXPECT_EQ(options.rechunk, 7U);
  EXPECT_EQ(options.repeat, 3U);
  EXPECT_EQ(options.jobs, 4U);
  EXPECT_TRUE(options.fail_fast);
  EXPECT_THAT(error_of({"a", "--jobs", "0"}), HasSubstr("from 1 to 256"));
  EXPECT_THAT(error_of({"a", "--repeat", "0"}), HasSubstr("whole number from 1"));
}

TEST(RunOptions, SplitCommandsIntoWordsWithoutAShell) {
  EXPECT_THAT(run({"a", "--spawn", "server  --prefix 'A B' \"\" $HOME;"}).spawn,
              ElementsAre("server", "--prefix", "A B", "", "$HOME;"));
  EXPECT_THAT(run({"a", "--embedded", "--server-options", "--framing chunk"}).server_options,
              ElementsAre("--framing", "chunk"));
}

TEST(RunOptions, KnowsReports) {
  const std::vector<ReportTarget> reports =
      run({"--report", "json=-", "file", "--report", "junit=a=b.xml", "--report", "tap=c"}).reports;
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(reports[0].format, report::Format::json);
  EXPECT_EQ(reports[0].path, "-");
  EXPECT_EQ(reports[1].format, report::Format::junit);
  EXPECT_EQ(reports[1].path, "a=b.xml");
  EXPECT_EQ(reports[2].format, report::Format::tap);
}

TEST(RunOptions, RefusesReportsThatAreNone) {
  for (const char* text : {"json", "json=", "=a", "xml=a", ""}) {
    EXPECT_THAT(error_of({"a", "--report", text}), HasSubstr("write KIND=FILE, where KIND is json, junit, tap or hdr"));
  }
  EXPECT_THAT(error_of({"a", "--report", "json=x", "--report", "tap=x"}),
              HasSubstr("--report \"tap=x\": another report goes there"));
}

TEST(RunOptions, TakeVariablesOneByOne) {
  EXPECT_THAT(run({"--var", "a=1", "file", "--var", "b=x=y", "--var", "c=", "--var", "a=2"}).variables,
              ElementsAre(Pair("a", "2"), Pair("b", "x=y"), Pair("c", "")));
  EXPECT_THAT(run({"--var", "a=1", "file"}).paths, ElementsAre("file"));
  EXPECT_THAT(error_of({"a", "--var", "x"}), HasSubstr("--var \"x\": write NAME=VALUE"));
  EXPECT_THAT(error_of({"a", "--var", "=x"}), HasSubstr("write NAME=VALUE"));
}

TEST(RunOptions, AllowASpawnedServerAtATarget) {
  const RunOptions options = run({"a", "--spawn", "server", "--target", "tcp://localhost:7"});
  EXPECT_THAT(options.spawn, ElementsAre("server"));
  EXPECT_EQ(to_string(*options.target), "tcp://localhost:7");
}

TEST(RunOptions, RefuseWhatContradictsItself) {
  for (const Arguments& pair : std::vector<Arguments>{{"--embedded", "--target=tcp://a:1"},
                                                      {"--embedded", "--spawn=x"},
                                                      {"--simulate", "--embedded"},
                                                      {"--simulate", "--target=tcp://a:1"},
                                                      {"--simulate", "--spawn=x"},
                                                      {"--simulate", "--backend=epoll"},
                                                      {"--simulate", "--threads=2"},
                                                      {"--simulate", "--spin=1us"},
                                                      {"--quiet", "-v"}}) {
    EXPECT_THAT(error_of({"a", pair[0], pair[1]}), HasSubstr("excludes")) << pair[0] << " " << pair[1];
    EXPECT_THAT(error_of({"a", pair[1], pair[0]}), HasSubstr("excludes")) << pair[1] << " " << pair[0];
  }
}

TEST(RunOptions, RefuseServerOptionsWithoutAServerOfTheirOwn) {
  EXPECT_THAT(error_of({"a", "--server-options", "x"}), HasSubstr("is for --embedded and --simulate"));
}

TEST(RunOptions, SayWhatIsWrongWithAValue) {
  EXPECT_THAT(error_of({"run"}), HasSubstr("a file or folder to run is missing"));
  EXPECT_THAT(error_of({"a", "--seed", "-5"}), HasSubstr("write a whole number from 0 to 18446744073709551615"));
  EXPECT_THAT(error_of({"a", "--seed", "18446744073709551616"}), HasSubstr("write a whole number"));
  EXPECT_THAT(error_of({"a", "--threads", "x"}), HasSubstr("write a whole number from 0"));
  EXPECT_THAT(error_of({"a", "--target", "a:1"}), HasSubstr("--target \"a:1\": "));
  EXPECT_THAT(error_of({"a", "--spawn", " "}), HasSubstr("it is empty"));
  EXPECT_THAT(error_of({"a", "--spawn", "python3 'server.py"}), HasSubstr("a quotation mark is not closed"));
  EXPECT_THAT(run({"a", "--spawn", "sh -c \"it's\" don't"}).spawn, ElementsAre("sh", "-c", "it's", "don't"));
  EXPECT_THAT(error_of({"a", "--timeout"}), HasSubstr("--timeout"));
  EXPECT_THAT(error_of({"a", "--timeout", "0s"}), HasSubstr("nothing ends within 0s"));
  EXPECT_THAT(error_of({"a", "--bogus"}), HasSubstr("--bogus"));
}

}  // namespace
}  // namespace client
