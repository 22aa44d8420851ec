#include "scheduler/backends/send_queue.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/simulated_random.h"
#include "tests/support/coroutines.h"

namespace sched {
namespace {

using support::bytes_of;

Lease lease_of(HeapBuffers& buffers, std::string_view text) {
  Lease lease = buffers.lend(text.size());
  std::ranges::copy(bytes_of(text), lease.tail_room().begin());
  lease.commit(text.size());
  return lease;
}

/// The first bytes of the queue, as far as `parts` parts go.
std::string first_of(const SendQueue& queue, std::size_t parts) {
  std::vector<iovec> described(parts);
  const std::size_t count = queue.gather(described);
  EXPECT_LE(count, parts);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text.append(static_cast<const char*>(described[i].iov_base), described[i].iov_len);
  }
  return text;
}

TEST(SendQueue, IsEmptyUntilSomethingIsPushed) {
  HeapBuffers buffers;
  SendQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(first_of(queue, 4), "");
  EXPECT_EQ(queue.fill_last(bytes_of("x")), 0U);
  queue.push(lease_of(buffers, "a"));
  EXPECT_FALSE(queue.empty());
}

TEST(SendQueue, DescribesItsBytesInOrderAndForgetsWhatWasSent) {
  HeapBuffers buffers;
  SendQueue queue;
  const std::string large = support::patterned(3000);
  queue.push(lease_of(buffers, large));
  queue.push(lease_of(buffers, support::patterned(3000, 1)));
  EXPECT_EQ(first_of(queue, 1), large);
  queue.consume(1000);
  EXPECT_EQ(first_of(queue, 1), large.substr(1000));
  queue.consume(2000);
  EXPECT_EQ(first_of(queue, 8), support::patterned(3000, 1));
  queue.consume(3000);
  EXPECT_TRUE(queue.empty());
}

TEST(SendQueue, FillsTheRoomBehindItsLastBytes) {
  HeapBuffers buffers;
  SendQueue queue;
  queue.push(lease_of(buffers, "abc"));
  EXPECT_EQ(queue.fill_last(bytes_of("def")), 3U);
  EXPECT_EQ(first_of(queue, 4), "abcdef");
  const std::string much(10'000, 'x');
  const std::size_t filled = queue.fill_last(bytes_of(much));
  EXPECT_LT(filled, much.size());
  EXPECT_EQ(queue.fill_last(bytes_of("more")), 0U);
  EXPECT_EQ(first_of(queue, 4), "abcdef" + much.substr(0, filled));
  queue.clear();
}

TEST(SendQueue, CopiesAFewBytesInsteadOfHoldingABuffer) {
  HeapBuffers buffers;
  SendQueue queue;
  for (int i = 0; i < 100; ++i) queue.push(lease_of(buffers, "few"));
  std::array<iovec, 100> parts;
  EXPECT_LE(queue.gather(parts), 2U);
  queue.consume(300);
  EXPECT_TRUE(queue.empty());
}

TEST(SendQueue, AgreesWithAStringWhateverIsDoneToIt) {
  simulated::Random random(7);
  HeapBuffers buffers;
  SendQueue queue;
  std::string model;
  for (unsigned step = 0; step < 20'000; ++step) {
    const std::string text = support::patterned(random.of_any_size(1, 20'000), step);
    if (random.one_in(3)) {
      queue.push(lease_of(buffers, text));
      model += text;
    } else if (random.one_in(2)) {
      model += text.substr(0, queue.fill_last(bytes_of(text)));
    } else if (!model.empty()) {
      const std::size_t count = random.between(0, std::min<std::size_t>(model.size(), 40'000));
      queue.consume(count);
      model.erase(0, count);
    }
    ASSERT_EQ(queue.empty(), model.empty());
    ASSERT_TRUE(model.starts_with(first_of(queue, 3)));
    if (model.size() > 200'000) queue.clear(), model.clear();
  }
  ASSERT_TRUE(first_of(queue, 1000) == model);
}

TEST(SendQueue, GivesItsBuffersBackWhenItEnds) {
  HeapBuffers buffers;
  SendQueue queue;
  for (int i = 0; i < 10; ++i) queue.push(lease_of(buffers, support::patterned(60'000)));
}

}  // namespace
}  // namespace sched
