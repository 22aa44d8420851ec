#include "scheduler/result.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace sched {
namespace {

TEST(Error, OfTheSystemIsNamedByItsErrno) {
  const Error error = system_error("connect", ECONNREFUSED).error();
  EXPECT_EQ(error.code, ErrorCode::system);
  EXPECT_EQ(name_of(error), "ECONNREFUSED");
  EXPECT_EQ(describe(error), "connect: ECONNREFUSED (Connection refused)");
}

TEST(Error, OfTheLibraryIsNamedByItsCode) {
  EXPECT_EQ(describe(failure(ErrorCode::end_of_stream, "receive").error()), "receive: end of stream");
  EXPECT_EQ(describe(failure(ErrorCode::cancelled, "send").error()), "send: cancelled");
  EXPECT_EQ(describe(failure(ErrorCode::timed_out, "send").error()), "send: timed out");
  EXPECT_EQ(describe(failure(ErrorCode::would_block, "accept").error()), "accept: would block");
  EXPECT_EQ(describe(failure(ErrorCode::out_of_memory, "task").error()), "task: out of memory");
  EXPECT_EQ(describe(failure(ErrorCode::broken, "barrier").error()), "barrier: broken");
}

TEST(Error, OfANumberThatNobodyKnowsIsStillTold) {
  EXPECT_EQ(describe(system_error("connect", 9999).error()), "connect: errno 9999");
}

TEST(Error, IsComparedByWhatHappenedAndNotByWhere) {
  EXPECT_EQ(system_error("send", EPIPE).error(), system_error("flush", EPIPE).error());
  EXPECT_FALSE(system_error("send", EPIPE).error() == system_error("send", ECONNRESET).error());
  EXPECT_FALSE(failure(ErrorCode::cancelled, "send").error() == failure(ErrorCode::timed_out, "send").error());
}

TEST(Error, OfWhatHasRunOutHereBlamesNoPeer) {
  for (const int shortage : {ENOMEM, ENOBUFS, EMFILE, ENFILE, ENOSPC}) {
    EXPECT_TRUE(is_shortage(system_error("accept", shortage).error())) << shortage;
  }
  EXPECT_TRUE(is_shortage(failure(ErrorCode::out_of_memory, "task").error()));
  for (const int other : {0, ECONNRESET, EPIPE, ETIMEDOUT})
    EXPECT_FALSE(is_shortage(system_error("send", other).error()));
  EXPECT_FALSE(is_shortage(failure(ErrorCode::cancelled, "send").error()));
}

}  // namespace
}  // namespace sched
