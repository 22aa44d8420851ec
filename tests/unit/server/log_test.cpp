#include "server/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "scheduler/descriptor.h"

namespace {

using namespace std::chrono_literals;
using sched::Address;
using server::Log;
using server::LogFormat;
using server::LogLevel;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr sched::Instant at(sched::Duration since_start) { return sched::Instant(since_start); }

Address ip(std::string_view host, std::uint16_t port) { return Address::ip(host, port).value_or(Address()); }

std::string every_byte() {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes.push_back(static_cast<char>(value));
  return bytes;
}

TEST(Log, TellsConnectionsAsTheOriginDid) {
  auto log = Log::to_memory(10, LogLevel::info, LogFormat::text);
  log.connection_opened(ip("127.0.0.1", 53122), at(0s));
  log.connection_closed(ip("127.0.0.1", 53122), "peer closed", at(0s));
  log.connection_opened(ip("::1", 53122), at(0s));
  log.connection_opened(Address(), at(0s));
  log.connection_opened(Address::unix_path("/run/a").value_or(Address()), at(0s));
  EXPECT_THAT(log.lines(), ElementsAre("Connection from ('127.0.0.1', 53122)", "Connection closed ('127.0.0.1', 53122)",
                                       "Connection from ('::1', 53122)", "Connection from ('unix', '')",
                                       "Connection from ('unix', '/run/a')"));
}

TEST(Log, WritesJsonObjectsWithTheTime) {
  auto log = Log::to_memory(10, LogLevel::info, LogFormat::json);
  log.connection_closed(ip("127.0.0.1", 53122), "idle", at(0s));
  log.write(LogLevel::warn, "full", "No room for {} of {}", {{"count", 3}, {"what", "them"}});
  ASSERT_THAT(log.lines(), SizeIs(2));
  const auto closed = nlohmann::json::parse(log.lines()[0]);
  EXPECT_THAT(closed.at("time"), testing::MatchesRegex(R"(20..-..-..T..:..:..\.......Z)"));
  EXPECT_EQ(closed.at("level"), "info");
  EXPECT_EQ(closed.at("event"), "connection_closed");
  EXPECT_EQ(closed.at("message"), "Connection closed ('127.0.0.1', 53122)");
  EXPECT_EQ(closed.at("peer"), "127.0.0.1:53122");
  EXPECT_EQ(closed.at("why"), "idle");
  const auto full = nlohmann::json::parse(log.lines()[1]);
  EXPECT_EQ(full.at("level"), "warn");
  EXPECT_EQ(full.at("message"), "No room for 3 of them");
  EXPECT_EQ(full.at("count"), 3);
}

TEST(Log, WritesTheTimeInUtcWhereverItRuns) {
  setenv("TZ", "Asia/Tokyo", 1);
  tzset();
  const auto utc_now = [] {
    const std::time_t now = std::time(nullptr);
    std::array<char, 32> text{};
    std::tm parts{};
    return std::string(text.data(),
                       std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now, &parts)));
  };
  auto log = Log::to_memory(10, LogLevel::info, LogFormat::json);
  const std::string before = utc_now();
  log.write(LogLevel::info, "event", "message");
  const std::string after = utc_now() + ".999999Z";
  const std::string time = nlohmann::json::parse(log.lines().at(0)).at("time");
  EXPECT_LE(before, time);
  EXPECT_LE(time, after);
  unsetenv("TZ");
  tzset();
}

TEST(Log, MarksWarningsAndErrorsInText) {
  auto log = Log::to_memory(10, LogLevel::trace, LogFormat::text);
  log.write(LogLevel::debug, "event", "one");
  log.write(LogLevel::warn, "event", "two");
  log.write(LogLevel::error, "event", "three");
  EXPECT_THAT(log.lines(), ElementsAre("one", "warning: two", "error: three"));
}

TEST(Log, WritesItsLevelAndAbove) {
  const std::array levels{LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error};
  for (std::size_t level = 0; level < levels.size(); ++level) {
    auto log = Log::to_memory(10, levels.at(level), LogFormat::text);
    for (const auto line : levels) log.write(line, "event", "message");
    EXPECT_THAT(log.lines(), SizeIs(levels.size() - level));
  }
  auto off = Log::to_memory(10, LogLevel::off, LogFormat::text);
  off.write(LogLevel::error, "event", "message");
  off.connection_refused(ip("127.0.0.1", 1), "full", at(0s));
  EXPECT_THAT(off.lines(), IsEmpty());
}

TEST(Log, WithoutADestinationIsSilent) {
  Log log;
  log.write(LogLevel::error, "event", "message");
  log.connection_opened(ip("127.0.0.1", 1), at(0s));
  log.tell_thinned(sched::kNever);
  EXPECT_THAT(log.lines(), IsEmpty());
}

TEST(Log, KeepsTheLastLinesInMemory) {
  auto log = Log::to_memory(2, LogLevel::info, LogFormat::text);
  for (const auto number : {1, 2, 3}) log.write(LogLevel::info, "event", "line {}", {{"number", number}});
  EXPECT_THAT(log.lines(), ElementsAre("line 2", "line 3"));
}

TEST(Log, ThinsAFloodOfConnectionsAndCountsTheRest) {
  auto log = Log::to_memory(1000, LogLevel::info, LogFormat::text);
  for (int i = 0; i < 1334; ++i) log.connection_opened(ip("127.0.0.1", 1), at(0s));
  EXPECT_THAT(log.lines(), SizeIs(100));
  log.connection_opened(ip("127.0.0.1", 2), at(1s));
  ASSERT_THAT(log.lines(), SizeIs(102));
  EXPECT_EQ(log.lines()[100], "… 1234 more \"Connection from\" lines thinned");
  EXPECT_EQ(log.lines()[101], "Connection from ('127.0.0.1', 2)");
}

TEST(Log, ThinsEachKindForItself) {
  auto log = Log::to_memory(1000, LogLevel::info, LogFormat::text);
  for (int i = 0; i < 150; ++i) log.connection_opened(ip("127.0.0.1", 1), at(0s));
  log.connection_closed(ip("127.0.0.1", 1), "peer closed", at(0s));
  EXPECT_EQ(log.lines().back(), "Connection closed ('127.0.0.1', 1)");
}

TEST(Log, TellsTheEndOfAFlood) {
  auto log = Log::to_memory(1000, LogLevel::info, LogFormat::json);
  for (int i = 0; i < 3; ++i) log.connection_refused(ip("127.0.0.1", 1), "full", at(0s));
  log.tell_thinned(at(999ms));
  EXPECT_THAT(log.lines(), SizeIs(1));
  log.tell_thinned(at(1s));
  log.tell_thinned(sched::kNever);
  ASSERT_THAT(log.lines(), SizeIs(2));
  const auto thinned = nlohmann::json::parse(log.lines()[1]);
  EXPECT_EQ(thinned.at("event"), "lines_thinned");
  EXPECT_EQ(thinned.at("count"), 2);
  EXPECT_EQ(thinned.at("lines"), "Connection refused");
}

TEST(Log, SaysWhyAConnectionWasRefusedOnceASecond) {
  auto log = Log::to_memory(10, LogLevel::warn, LogFormat::text);
  log.connection_refused(ip("10.0.0.1", 7), "--max-connections is reached", at(0s));
  log.connection_refused(ip("10.0.0.1", 8), "--max-connections is reached", at(500ms));
  EXPECT_THAT(log.lines(), ElementsAre("warning: Connection refused ('10.0.0.1', 7): --max-connections is reached"));
}

TEST(Log, SaysWhyAConnectionWasCutShortOnceASecond) {
  auto log = Log::to_memory(10, LogLevel::warn, LogFormat::text);
  log.connection_cut_short(ip("10.0.0.1", 7), "memory has run out", at(0s));
  log.connection_cut_short(ip("10.0.0.1", 8), "memory has run out", at(500ms));
  EXPECT_THAT(log.lines(), ElementsAre("warning: Connection cut short ('10.0.0.1', 7): memory has run out"));
}

TEST(Log, SaysWhyNothingIsAcceptedOnceASecond) {
  auto log = Log::to_memory(10, LogLevel::warn, LogFormat::text);
  const sched::Error why{sched::ErrorCode::system, EMFILE, "accept"};
  log.accept_rests(why, at(0s));
  log.accept_rests(why, at(999ms));
  log.tell_thinned(sched::kNever);
  EXPECT_THAT(log.lines(), ElementsAre("warning: Accepting rests: accept: EMFILE (Too many open files)",
                                       "warning: … 1 more \"Accepting rests\" lines thinned"));
}

TEST(Log, KeepsAnEventOnOneLineWhateverItHolds) {
  for (const auto format : {LogFormat::text, LogFormat::json}) {
    auto log = Log::to_memory(10, LogLevel::info, format);
    log.write(LogLevel::info, "event", "a {} b {} c", {{"first", every_byte()}, {"second", "\xe2\x80\xae\xc2\x9b"}});
    ASSERT_THAT(log.lines(), SizeIs(1));
    const std::string line = log.lines()[0];
    for (const char c : line) EXPECT_FALSE(static_cast<unsigned char>(c) < ' ' || c == 0x7f) << line;
    EXPECT_THAT(line, Not(HasSubstr("\xe2\x80\xae"))) << "turns the text around";
    EXPECT_THAT(line, Not(HasSubstr("\xc2\x9b"))) << "begins a terminal's command";
    if (format == LogFormat::json) EXPECT_NO_THROW(static_cast<void>(nlohmann::json::parse(line)));
  }
}

TEST(Log, CutsWhatIsLong) {
  const std::string megabyte(1'000'000, 'x');
  for (const auto format : {LogFormat::text, LogFormat::json}) {
    auto log = Log::to_memory(10, LogLevel::info, format);
    log.write(LogLevel::info, "event", "{}", {{"value", megabyte}});
    ASSERT_THAT(log.lines(), SizeIs(1));
    EXPECT_LT(log.lines()[0].size(), 1000U);
    EXPECT_THAT(log.lines()[0], HasSubstr(std::string(256, 'x')));
    EXPECT_THAT(log.lines()[0], HasSubstr("(999744 bytes more)"));
  }
}

TEST(Log, EscapesThePathOfAPeer) {
  auto log = Log::to_memory(10, LogLevel::info, LogFormat::text);
  log.connection_opened(Address::unix_path("/run/\n\x1b[2J\xff").value_or(Address()), at(0s));
  EXPECT_THAT(log.lines(), ElementsAre(R"(Connection from ('unix', '/run/\n\x1b[2J\xff'))"));
}

TEST(Log, SurvivesAMessageThatDoesNotFitItsFields) {
  auto log = Log::to_memory(10, LogLevel::info, LogFormat::text);
  log.write(LogLevel::info, "event", "{} and {}", {{"only", "one"}});
  EXPECT_THAT(log.lines(), ElementsAre("{} and {}"));
}

std::ptrdiff_t count_lines(std::string_view text) { return std::ranges::count(text, '\n'); }

class LogToPipe : public testing::Test {
 protected:
  LogToPipe() {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    reader_ = sched::Descriptor(ends[0]);
    writer_ = sched::Descriptor(ends[1]);
    capacity_ = fcntl(ends[1], F_GETPIPE_SZ);
    // The log has to cope with blocking descriptors, as its standard error is.
    fcntl(ends[1], F_SETFL, 0);
  }

  std::string read_all() {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = read(reader_.get(), buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  // More than a pipe holds.
  static constexpr int kLines = 5000;

  sched::Descriptor reader_;
  sched::Descriptor writer_;
  int capacity_ = 0;
};

TEST_F(LogToPipe, WritesLines) {
  auto log = Log::to_descriptor(writer_.get(), LogLevel::info, LogFormat::text);
  log.write(LogLevel::info, "event", "one");
  auto copy = log;
  copy.write(LogLevel::info, "event", "two");
  EXPECT_EQ(read_all(), "one\ntwo\n");
}

TEST_F(LogToPipe, DropsAndCountsWhatNobodyReads) {
  auto log = Log::to_descriptor(writer_.get(), LogLevel::info, LogFormat::text);
  const std::string long_value(255, 'x');
  for (int i = 0; i < kLines; ++i) log.write(LogLevel::info, "event", "{}", {{"value", long_value}});
  const std::string first = read_all();
  const auto written = count_lines(first);
  EXPECT_EQ(static_cast<std::size_t>(written) * 256, first.size()) << "whole lines";
  EXPECT_GT(written, 0);
  EXPECT_LE(first.size(), static_cast<std::size_t>(capacity_));
  log.write(LogLevel::info, "event", "again");
  EXPECT_EQ(read_all(), "warning: … " + std::to_string(kLines - written) + " log lines lost\nagain\n");
}

TEST_F(LogToPipe, DropsALineThatAPipeDoesNotTakeAtOnce) {
  auto log = Log::to_descriptor(writer_.get(), LogLevel::info, LogFormat::text);
  const std::string controls(256, '\x1b');
  log.write(LogLevel::info, "event", "{} {} {} {}",
            {{"a", controls}, {"b", controls}, {"c", controls}, {"d", controls}});
  log.write(LogLevel::info, "event", "again");
  EXPECT_EQ(read_all(), "warning: … 1 log lines lost\nagain\n");
}

TEST_F(LogToPipe, TellsLostLinesInJsonToo) {
  auto log = Log::to_descriptor(writer_.get(), LogLevel::info, LogFormat::json);
  for (int i = 0; i < kLines; ++i) log.write(LogLevel::info, "event", "message");
  const auto written = count_lines(read_all());
  log.write(LogLevel::info, "event", "again");
  const std::string lines = read_all();
  const auto lost = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(lost.at("event"), "log_lines_lost");
  EXPECT_EQ(lost.at("count"), kLines - written);
}

TEST_F(LogToPipe, TakesWholeLinesFromSeveralThreads) {
  auto log = Log::to_descriptor(writer_.get(), LogLevel::info, LogFormat::text);
  const auto write_often = [](Log own) {
    for (int i = 0; i < 500; ++i) own.write(LogLevel::info, "event", "a whole line");
  };
  {
    const std::array<std::jthread, 2> threads{std::jthread(write_often, log), std::jthread(write_often, log)};
  }
  const std::string lines = read_all();
  EXPECT_EQ(count_lines(lines), 1000);
  EXPECT_EQ(lines.size(), 1000 * std::string_view("a whole line\n").size());
}

TEST_F(LogToPipe, GoesOnWhenTheReaderIsGone) {
  auto log = Log::to_descriptor(writer_.get(), LogLevel::info, LogFormat::text);
  reader_.close();
  for (int i = 0; i < 10; ++i) log.write(LogLevel::info, "event", "message");
}

TEST(LogToFile, GoesOnWhenTheDiskIsFull) {
  const sched::Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  auto log = Log::to_descriptor(full.get(), LogLevel::info, LogFormat::text);
  for (int i = 0; i < 10; ++i) log.write(LogLevel::info, "event", "message");
}

TEST(LogToFile, GoesOnWithoutADescriptor) {
  auto log = Log::to_descriptor(-1, LogLevel::info, LogFormat::text);
  log.write(LogLevel::info, "event", "message");
}

}  // namespace
