#include "scheduler/frame_pool.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

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

TEST(FramePool, TakesBackMoreThanItKeeps) {
  std::vector<void*> pieces;
  for (int i = 0; i < 10'000; ++i) pieces.push_back(frame_pool::allocate(200));
  for (void* piece : pieces) frame_pool::release(piece, 200);
  for (int i = 0; i < 10'000; ++i) pieces[static_cast<std::size_t>(i)] = frame_pool::allocate(200);
  for (void* piece : pieces) frame_pool::release(piece, 200);
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
