#include "scheduler/frame_pool.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/allocated.h"

namespace sched {
namespace {

TEST(FramePool, GivesMemoryForEverySizeAlignedForAnyObject) {
  std::vector<std::pair<void*, std::size_t>> pieces;
  for (std::size_t size = 1; size <= 5000; size += 37) {
    void* memory = frame_pool::allocate(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t), 0U);
    std::memset(memory, static_cast<int>(size & 0xff), size);
    pieces.emplace_back(memory, size);
  }
  for (const auto& [memory, size] : pieces) {
    const auto* bytes = static_cast<const unsigned char*>(memory);
    EXPECT_EQ(bytes[0], size & 0xff);
    EXPECT_EQ(bytes[size - 1], size & 0xff);
    frame_pool::release(memory, size);
  }
}

TEST(FramePool, GivesBackWhatIsMoreThanItKeeps) {
  constexpr std::size_t kSize = 1500;
  std::vector<void*> pieces(10'000);
  const std::size_t before = support::allocated_bytes();
  for (int round = 0; round < 2; ++round) {
    for (void*& piece : pieces) piece = frame_pool::allocate(kSize);
    for (void* piece : pieces) frame_pool::release(piece, kSize);
    EXPECT_LE(support::allocated_bytes(), before + 200 * kSize);
  }
}

TEST(FramePool, IsEachThreadsOwnAndEndsWithIt) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (std::size_t round = 0; round < 10'000; ++round) {
        const std::size_t size = 64 + round % 1000;
        frame_pool::release(frame_pool::allocate(size), size);
      }
    });
  }
}

}  // namespace
}  // namespace sched
