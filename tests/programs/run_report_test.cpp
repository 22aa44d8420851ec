// The reports of echo_client run.

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/programs/peer.h"
#include "tests/programs/run.h"
#include "tests/support/listener.h"
#include "tests/support/normalized.h"
#include "tests/support/process.h"
#include "tests/support/server_process.h"
#include "tests/support/socket.h"
#include "tests/support/temporary_directory.h"

namespace programs {
namespace {

using nlohmann::json;
using support::Exit;
using support::Finished;
using support::Listener;
using support::Process;
using support::Socket;
using support::Stream;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class RunReport : public Run {
 protected:
  std::string read(std::string_view name) const { return support::read_file(folder_ / name); }
  json read_json(std::string_view name) const { return json::parse(read(name)); }

  /// The names of what is in the folder, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }

  /// "phase code" of the one failure of a scenario with these steps, against this target.
  std::string failure_at(const std::string& target, const std::string& steps) const {
    write("x.json", R"({"clients": [{"steps": [)" + steps + "]}]}");
    const Finished finished = run({"--target", target, "--report", "json=-", "x.json"});
    const json report = json::parse(finished.output);
    const json& failures = report["scenarios"][0]["failures"];
    if (failures.size() != 1) return finished.output;
    return failures[0]["phase"].get<std::string>() + " " + failures[0]["code"].get<std::string>();
  }

  std::string failure_with(std::function<void(Socket)> play, const std::string& steps) const {
    Peer peer(std::move(play));
    std::string failure = failure_at(peer.url(), steps);
    peer.finish();
    return failure;
  }
};

TEST_F(RunReport, IsWrittenInEachFormat) {
  write("hello.json", kHello);
  write("wrong.json", kWrong);
  const Finished finished = run({"--embedded", "--seed", "42", "--report", "json=r.json", "--report", "junit=r.xml",
                                 "--report", "tap=r.tap", "hello.json", "wrong.json"});
  EXPECT_EQ(finished.exit, Exit::code(1));
  EXPECT_EQ(finished.output, "");
  const json report = read_json("r.json");
  EXPECT_EQ(report["verdict"], "failed");
  EXPECT_EQ(report["seed"], 42);
  EXPECT_EQ(report["incomplete"], false);
  EXPECT_EQ(report["scenarios"][0]["verdict"], "passed");
  EXPECT_EQ(report["scenarios"][0]["bytes_received"], 10);
  EXPECT_EQ(report["scenarios"][1]["failures"][0]["code"], "mismatch");
  EXPECT_THAT(read("r.xml"),
              AllOf(StartsWith("<?xml"), HasSubstr(R"(<testsuite name="echo_client" tests="2" failures="1")"),
                    HasSubstr(R"(received  "GOT:Hello")")));
  EXPECT_THAT(read("r.tap"),
              AllOf(StartsWith("TAP version 13\n1..2\n"), HasSubstr("\nok 1 - hello\nnot ok 2 - wrong\n")));
  EXPECT_THAT(names(), ElementsAre("hello.json", "r.json", "r.tap", "r.xml", "wrong.json"));
}

TEST_F(RunReport, IsAllThatIsOnStandardOutput) {
  write("wrong.json", kWrong);
  const Finished finished = run({"--embedded", "-vv", "--report", "json=-", "wrong.json"});
  EXPECT_EQ(json::parse(finished.output)["verdict"], "failed");
  EXPECT_THAT(finished.error, HasSubstr("FAIL wrong"));
}

TEST_F(RunReport, HasTheCommandThatRepeatsIt) {
  write("random.json", R"({"clients": [{"steps": [{"exchange": {"send": "${random:9}", "expect": "x"}}]}]})");
  const json first = json::parse(run({"--simulate", "--report", "json=-", "random.json"}).output);
  const std::string command = first["scenarios"][0]["command"];
  EXPECT_THAT(command, StartsWith(support::program_path("echo_client") + " run --simulate --seed "));
  constexpr auto kAgain = R"(eval "$1 --report json=-")";
  support::Command shell{.arguments = {"bash", "-c", kAgain, "bash", command}};
  shell.working_directory = folder_.path();
  const json again = json::parse(support::run(std::move(shell)).output);
  EXPECT_EQ(again["scenarios"], first["scenarios"]);
}

TEST_F(RunReport, TellsFailuresApart) {
  const std::string exchange = R"({"send": "a"}, {"expect": {"equals": "GOT:a", "timeout": "200ms"}})";
  std::string nobody;
  {
    const Listener listener;
    nobody = listener.url();
  }
  EXPECT_EQ(failure_at(nobody, exchange), "connect refused");
  EXPECT_EQ(failure_at("unix:/nowhere/socket", exchange), "connect refused");
  EXPECT_EQ(failure_at("tcp://nowhere.invalid:1", exchange), "connect resolve");
  EXPECT_EQ(failure_with([](Socket peer) { peer.receive_until_eof(); }, exchange), "expect timeout");
  EXPECT_EQ(failure_with([](Socket peer) { peer.receive_exactly(2); }, exchange), "expect closed");
  const auto say = [](std::string text) {
    return [text = std::move(text)](Socket peer) {
      peer.receive_exactly(2);
      peer.send_all(text);
      peer.shutdown_send();
      peer.receive_until_eof();
    };
  };
  EXPECT_EQ(failure_with(say("GOT:"), exchange), "expect truncated");
  EXPECT_EQ(failure_with(say("GOT:b\n"), exchange), "expect mismatch");
  EXPECT_EQ(failure_with(say("GOT:a\nb\n"), exchange + R"(, {"sleep": "50ms"})"), "end unread");
  const auto reset = [](Socket peer) {
    peer.receive_exactly(2);
    peer.reset();
  };
  EXPECT_EQ(failure_with(reset, exchange), "expect reset");
}

TEST_F(RunReport, IsWrittenWhenTheRunIsInterrupted) {
  write("a.json", kHello);
  write("b.json", kHello);
  Listener listener;
  Process process(command({"--target", listener.url(), "--report", "json=r.json", "--report", "junit=r.xml", "--report",
                           "tap=-", "a.json", "b.json"}));
  Socket peer = listener.accept();
  EXPECT_EQ(peer.receive_exactly(6), "Hello\n");
  process.signal(SIGINT);
  EXPECT_EQ(process.wait(), Exit::code(130));
  const json report = read_json("r.json");
  EXPECT_EQ(report["incomplete"], true);
  EXPECT_EQ(report["reason"], "interrupted by SIGINT");
  EXPECT_EQ(report["scenarios"][0]["verdict"], "interrupted");
  EXPECT_EQ(report["scenarios"][0]["clients"]["interrupted"], 1);
  EXPECT_EQ(report["scenarios"][1]["verdict"], "not_run");
  EXPECT_THAT(read("r.xml"), AllOf(HasSubstr(R"(<property name="incomplete" value="true" />)"),
                                   HasSubstr(R"(<error message="interrupted by SIGINT" type="not_run" />)")));
  EXPECT_THAT(process.written(Stream::output), EndsWith("\nBail out! interrupted by SIGINT\n"));
}

TEST_F(RunReport, IsWrittenWhenTheTimeOfTheRunIsOver) {
  write("a.json", R"({"clients": [{"steps": [{"sleep": "50s"}]}]})");
  write("b.json", kHello);
  const Finished finished = run({"--embedded", "--timeout", "300ms", "--report", "json=-", "a.json", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(6));
  const json report = json::parse(finished.output);
  EXPECT_EQ(report["incomplete"], true);
  EXPECT_EQ(report["reason"], "--timeout 300ms passed");
  EXPECT_EQ(report["scenarios"][0]["verdict"], "deadline");
  EXPECT_EQ(report["scenarios"][0]["failures"][0]["code"], "deadline");
  EXPECT_EQ(report["scenarios"][1]["verdict"], "not_run");
}

TEST_F(RunReport, HasEachRepetitionInOrder) {
  write("a.json", kHello);
  write("b.json", kHello);
  const Finished finished =
      run({"--embedded", "--seed", "5", "--jobs", "3", "--repeat", "4", "--report", "json=-", "a.json", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(0));
  const json scenarios = json::parse(finished.output)["scenarios"];
  ASSERT_EQ(scenarios.size(), 8U);
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    EXPECT_EQ(scenarios[i]["name"], i % 2 == 0 ? "a" : "b");
    EXPECT_EQ(scenarios[i]["repetition"], i / 2);
    EXPECT_EQ(scenarios[i]["seed"], 5 + i / 2);
  }
}

TEST_F(RunReport, TellsWhatAFailureHasLeftOut) {
  write("a.json", kWrong);
  write("b.json", kHello);
  const Finished finished = run({"--simulate", "--fail-fast", "--report", "json=-", "a.json", "b.json"});
  EXPECT_EQ(finished.exit, Exit::code(1));
  const json report = json::parse(finished.output);
  EXPECT_EQ(report["incomplete"], true);
  EXPECT_EQ(report["scenarios"][1]["verdict"], "not_run");
  EXPECT_EQ(report["scenarios"][1]["reason"], "ended by --fail-fast");
}

TEST_F(RunReport, TellsWhyNothingCouldBeTested) {
  write("hello.json", kHello);
  const Finished finished = run({"--spawn", "/nowhere/server", "--report", "json=-", "hello.json"});
  EXPECT_EQ(finished.exit, Exit::code(3));
  const json report = json::parse(finished.output);
  EXPECT_EQ(report["incomplete"], true);
  EXPECT_THAT(report["reason"].get<std::string>(), HasSubstr("/nowhere/server"));
  EXPECT_EQ(report["scenarios"][0]["verdict"], "could_not_test");
  EXPECT_FALSE(report.contains("started"));
}

TEST_F(RunReport, IsRefusedBeforeTheRunWhereItCannotBeWritten) {
  write("hello.json", kHello);
  std::filesystem::create_directory(folder_ / "folder");
  for (const auto& [file, error] :
       {std::pair("missing/r.xml", "missing/r.xml: access: ENOENT (No such file or directory)"),
        std::pair("folder", "folder: open: EISDIR (Is a directory)")}) {
    const Finished finished =
        run({"--embedded", "--report", "tap=r.tap", "--report", std::string("junit=") + file, "hello.json"});
    EXPECT_EQ(finished.exit, Exit::code(2));
    EXPECT_EQ(finished.error, std::string("echo_client: cannot write the report ") + error + "\n");
  }
  EXPECT_THAT(names(), ElementsAre("folder", "hello.json"));
}

TEST_F(RunReport, ThatCannotBeWrittenFailsTheRun) {
  write("hello.json", kHello);
  write("wrong.json", kWrong);
  const Finished finished = run({"--embedded", "--report", "json=/dev/full", "--report", "tap=r.tap", "hello.json"});
  EXPECT_EQ(finished.exit, Exit::code(7));
  EXPECT_THAT(
      finished.error,
      AllOf(HasSubstr("\necho_client: cannot write the report /dev/full: write: ENOSPC (No space left on device)\n"),
            EndsWith(" (a report could not be written)\n")));
  EXPECT_THAT(read("r.tap"), HasSubstr("ok 1 - hello")) << "the others are";
  EXPECT_EQ(run({"--embedded", "--report", "json=/dev/full", "wrong.json"}).exit, Exit::code(1)) << "which weighs more";
}

TEST_F(RunReport, OnAStandardOutputThatIsClosedFailsTheRun) {
  write("hello.json", kHello);
  const Finished finished = support::run(
      through({"bash", "-c", R"("$@" >/dev/full)", "bash"}, {"--embedded", "--report", "json=-", "hello.json"}));
  EXPECT_EQ(finished.exit, Exit::code(7));
  EXPECT_THAT(finished.error, HasSubstr("cannot write the report standard output: write: ENOSPC"));
}

TEST_F(RunReport, IsWholeOrNotThereOnAFullDisk) {
  write("hello.json", kHello);
  std::filesystem::create_directory(folder_ / "disk");
  constexpr auto kFill = R"(
mount -t tmpfs -o size=64k tmpfs disk || exit 77
echo old > disk/r.json
dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null
"$@"
echo "exit $?"
ls -A disk
cat disk/r.json
)";
  const Finished finished = support::run(through({"unshare", "--mount", "bash", "-c", kFill, "bash"},
                                                 {"--embedded", "--report", "json=disk/r.json", "hello.json"}));
  if (finished.exit != Exit::code(0)) GTEST_SKIP() << "no disk can be made here: " << finished.error;
  EXPECT_EQ(finished.output, "exit 7\nfill\nr.json\nold\n");
  EXPECT_THAT(finished.error,
              HasSubstr("cannot write the report disk/r.json: write: ENOSPC (No space left on device)\n"));
}

TEST_F(RunReport, IsOneRunsWhenSeveralWriteIt) {
  write("hello.json", kHello);
  std::list<Process> processes;
  for (int i = 0; i < 4; ++i) processes.emplace_back(command({"--simulate", "--report", "json=r.json", "hello.json"}));
  for (Process& process : processes) EXPECT_EQ(process.wait(), Exit::code(0));
  EXPECT_EQ(read_json("r.json")["verdict"], "passed");
  EXPECT_THAT(names(), ElementsAre("hello.json", "r.json"));
}

// --- docs/reports.md

/// Without what differs from run to run, and from version to version.
json comparable(json report) {
  report["tool"].erase("version");
  report.erase("started");
  report.erase("elapsed_s");
  for (json& scenario : report["scenarios"]) {
    scenario.erase("started");
    scenario.erase("elapsed_s");
  }
  return json::parse(support::normalized(report.dump()));
}

TEST_F(RunReport, IsAsItsReferenceShowsIt) {
  const std::string document = support::read_file(GOTBACK_SOURCE_DIR "/docs/reports.md");
  const std::size_t begin = document.find("```json\n") + 8;
  const json shown = json::parse(document.substr(begin, document.find("```\n", begin) - begin));
  std::string hello(kWrong);
  hello.insert(hello.find("  \"clients\""), "  \"target\": \"tcp://localhost:25000\",\n");
  write("hello.json", hello);
  const support::Command as_installed = through({"bash", "-c", R"(exec -a echo_client "$@")", "bash"},
                                                {"--simulate", "--seed", "42", "--report", "json=-", "hello.json"});
  const json written = json::parse(support::run(as_installed).output);
  EXPECT_EQ(comparable(written), comparable(shown)) << written.dump(2);
}

TEST_F(RunReport, HasAReferenceThatListsEveryCode) {
  const std::string document = support::read_file(GOTBACK_SOURCE_DIR "/docs/reports.md");
  const json schema = json::parse(support::read_file(GOTBACK_SOURCE_DIR "/docs/report.schema.json"));
  for (const json& code : schema["definitions"]["failure"]["properties"]["code"]["enum"]) {
    EXPECT_THAT(document, HasSubstr("`" + code.get<std::string>() + "`"));
  }
  for (const json& verdict : schema["definitions"]["verdict"]["enum"]) {
    EXPECT_THAT(document, HasSubstr("`" + verdict.get<std::string>() + "`"));
  }
}

}  // namespace
}  // namespace programs
