#include "scheduler/backends/simulated_trace.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/coroutines.h"

namespace sched::simulated {
namespace {

using support::bytes_of;

Instant at(int microseconds) { return Instant(std::chrono::microseconds(microseconds)); }

TEST(SimulatedTrace, HashesEverythingThatIsRecorded) {
  Trace base;
  base.record(at(1), "send", 2, 3, bytes_of("abc"));
  std::set<std::uint64_t> hashes{Trace().hash(), base.hash()};
  Trace later;
  later.record(at(2), "send", 2, 3, bytes_of("abc"));
  Trace other_kind;
  other_kind.record(at(1), "receive", 2, 3, bytes_of("abc"));
  Trace other_socket;
  other_socket.record(at(1), "send", 3, 3, bytes_of("abc"));
  Trace other_amount;
  other_amount.record(at(1), "send", 2, 4, bytes_of("abc"));
  Trace other_content;
  other_content.record(at(1), "send", 2, 3, bytes_of("abd"));
  Trace twice = base;
  twice.record(at(1), "send", 2, 3, bytes_of("abc"));
  for (const Trace& trace : {later, other_kind, other_socket, other_amount, other_content, twice}) {
    EXPECT_TRUE(hashes.insert(trace.hash()).second);
  }
}

TEST(SimulatedTrace, HashesTheOrder) {
  Trace first;
  first.record(at(1), "send", 1, 0);
  first.record(at(1), "send", 2, 0);
  Trace second;
  second.record(at(1), "send", 2, 0);
  second.record(at(1), "send", 1, 0);
  EXPECT_NE(first.hash(), second.hash());
}

// The same number in every build and on every machine: it is what "replays exactly" means.
TEST(SimulatedTrace, HashesTheSameEverywhere) {
  Trace trace;
  trace.record(at(1), "connect", 2, 0);
  trace.record(at(250), "receive", 3, 11, bytes_of("Hello World"));
  EXPECT_EQ(trace.hash(), 12'233'836'594'060'258'631U);
}

TEST(SimulatedTrace, ShowsItsTailInWords) {
  Trace trace;
  EXPECT_EQ(trace.tail(), "");
  for (int i = 0; i < 100; ++i) trace.record(at(i), "send", 7, static_cast<std::uint64_t>(i));
  const std::string tail = trace.tail();
  EXPECT_TRUE(tail.ends_with("  98 us  send 7: 98\n  99 us  send 7: 99\n")) << tail;
  EXPECT_EQ(tail.find("send 7: 50\n"), std::string::npos);
}

TEST(SimulatedTrace, CountsItsMarksAndNamesThem) {
  Trace trace;
  trace.mark(Mark::reset);
  trace.mark(Mark::reset);
  EXPECT_EQ(trace.count(Mark::reset), 2U);
  EXPECT_EQ(trace.count(Mark::refused), 0U);
  std::set<std::string> names;
  for (std::size_t i = 0; i < kMarks; ++i) names.insert(name_of(static_cast<Mark>(i)));
  EXPECT_EQ(names.size(), kMarks);
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace sched::simulated
