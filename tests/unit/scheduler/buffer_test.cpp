#include "scheduler/buffer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/allocated.h"
#include "tests/support/coroutines.h"

namespace sched {
namespace {

using support::bytes_of;
using support::text_of;

void append(Lease& lease, std::string_view text) {
  std::ranges::copy(bytes_of(text), lease.tail_room().begin());
  lease.commit(text.size());
}

TEST(Lease, BeginsEmptyBehindItsHeadRoom) {
  HeapBufferPool pool(100, 4);
  const Lease lease = pool.lend();
  EXPECT_TRUE(lease);
  EXPECT_EQ(lease.size(), 0U);
  EXPECT_EQ(lease.head_room(), kHeadRoom);
  EXPECT_EQ(lease.tail_room().size(), 100U);
  EXPECT_FALSE(Lease());
}

TEST(Lease, GrowsAtBothEndsAndShrinksAtTheFront) {
  HeapBufferPool pool(100, 4);
  Lease lease = pool.lend();
  append(lease, "Hello");
  lease.prepend(bytes_of("GOT:"));
  EXPECT_EQ(text_of(lease.bytes()), "GOT:Hello");
  append(lease, "!");
  lease.consume(4);
  EXPECT_EQ(text_of(lease.bytes()), "Hello!");
  EXPECT_EQ(lease.head_room(), kHeadRoom);
  lease.consume(6);
  EXPECT_EQ(lease.size(), 0U);
}

TEST(Lease, TakesAsMuchInFrontAsThereIsRoom) {
  HeapBufferPool pool(10, 4);
  Lease lease = pool.lend();
  lease.prepend(bytes_of(std::string(kHeadRoom, 'p')));
  EXPECT_EQ(lease.head_room(), 0U);
  EXPECT_EQ(lease.size(), kHeadRoom);
}

TEST(Lease, MovesAndLeavesNothingBehind) {
  HeapBufferPool pool(10, 4);
  Lease first = pool.lend();
  append(first, "a");
  Lease second = std::move(first);
  EXPECT_EQ(text_of(second.bytes()), "a");
  Lease third = pool.lend();
  append(third, "b");
  third = std::move(second);
  EXPECT_EQ(text_of(third.bytes()), "a");
  third = Lease();
  EXPECT_FALSE(third);
}

TEST(HeapBufferPool, LendsWhatCameBackLast) {
  HeapBufferPool pool(10, 4);
  Lease first = pool.lend();
  Lease second = pool.lend();
  const std::byte* const memory_of_first = first.tail_room().data();
  const std::byte* const memory_of_second = second.tail_room().data();
  second = Lease();
  first = Lease();
  first = pool.lend();
  second = pool.lend();
  EXPECT_EQ(first.tail_room().data(), memory_of_first);
  EXPECT_EQ(second.tail_room().data(), memory_of_second);
}

TEST(HeapBufferPool, CleansWhatItLendsAgain) {
  HeapBufferPool pool(10, 4);
  {
    Lease lease = pool.lend();
    append(lease, "old");
    lease.prepend(bytes_of("very "));
  }
  const Lease lease = pool.lend();
  EXPECT_EQ(lease.size(), 0U);
  EXPECT_EQ(lease.head_room(), kHeadRoom);
}

TEST(HeapBufferPool, GrowsAsItIsAskedTo) {
  HeapBufferPool pool(10, 2);
  std::vector<Lease> leases;
  for (int i = 0; i < 100; ++i) {
    leases.push_back(pool.lend());
    append(leases.back(), std::to_string(i));
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(text_of(leases[static_cast<std::size_t>(i)].bytes()), std::to_string(i));
  }
}

TEST(HeapBufferPool, GivesBackWhatIsMoreThanItKeeps) {
  constexpr std::uint32_t kSize = 64 * 1024;
  HeapBufferPool pool(kSize, 2);
  const std::size_t before = support::allocated_bytes();
  {
    std::vector<Lease> leases(100);
    for (Lease& lease : leases) lease = pool.lend();
  }
  EXPECT_LE(support::allocated_bytes(), before + std::size_t{3} * kSize);
}

TEST(LeaseDeathTest, GivesNoMoreThanThereIs) {
  HeapBufferPool pool(10, 1);
  Lease lease = pool.lend();
  append(lease, "abc");
  EXPECT_DEATH(lease.consume(4), "more is consumed than there is");
  EXPECT_DEATH(lease.commit(8), "more is committed than there is room for");
  EXPECT_DEATH(lease.prepend(bytes_of(std::string(kHeadRoom + 1, 'x'))), "more is prepended than there is room for");
}

TEST(HeapBufferPoolDeathTest, OutlivesItsLeases) {
  EXPECT_DEATH(
      {
        Lease lease;
        HeapBufferPool pool(10, 1);
        lease = pool.lend();
      },
      "a pool ends while its buffers are lent");
}

}  // namespace
}  // namespace sched
