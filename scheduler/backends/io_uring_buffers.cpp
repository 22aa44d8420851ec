#include "scheduler/backends/io_uring_buffers.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>
#include <new>

#include "scheduler/backends/heap_buffers.h"
#include "scheduler/check.h"

namespace sched {

namespace {

/// What a pool holds at first and in the ordinary run of things: the second-level cache is 1 MiB where it is small.
constexpr std::uint32_t kFirstBytes = 32 * 1024;
constexpr std::uint32_t kNominalBytes = 1024 * 1024;
constexpr std::uint32_t kMostBuffers = 512;
constexpr std::uint32_t kFewestBuffers = 32;

/// A line that has not moved for so many turns gets more buffers, though other things go on.
constexpr unsigned kTurnsStanding = 16;

/// So many sizes have pools of exactly that size; others share those of powers of two.
constexpr std::size_t kExactSizes = 64;

std::uint32_t nominal_count(std::uint32_t size) {
  return std::clamp(std::bit_floor(kNominalBytes / size), kFewestBuffers, kMostBuffers);
}

}  // namespace

void UringBufferPool::Unmap::operator()(io_uring_buf_ring* memory) const { ::munmap(memory, size); }

UringBufferPool::UringBufferPool(UringRing& ring, std::uint16_t group, std::uint32_t size, std::uint32_t nominal)
    : ring_(ring), group_(group), size_(size), nominal_(nominal) {}

Result<std::unique_ptr<UringBufferPool>> UringBufferPool::make(UringRing& ring, std::uint16_t group, std::uint32_t size,
                                                               std::uint32_t nominal) {
  std::unique_ptr<UringBufferPool> pool(new UringBufferPool(ring, group, size, nominal));
  const std::size_t bytes = nominal * sizeof(io_uring_buf);
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (memory == MAP_FAILED) return system_error("mmap", errno);
  pool->entries_ = {static_cast<io_uring_buf_ring*>(memory), Unmap{bytes}};
  io_uring_buf_ring_init(pool->entries_.get());
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
  registration.ring_entries = nominal;
  registration.bgid = group;
  if (const int error = io_uring_register_buf_ring(&ring.raw(), &registration, 0); error != 0) {
    pool->entries_.reset();
    return system_error("io_uring_register", -error);
  }
  if (!pool->grow(std::clamp<std::size_t>(kFirstBytes / size, 1, nominal))) {
    return failure(ErrorCode::out_of_memory, "receive");
  }
  return pool;
}

UringBufferPool::~UringBufferPool() {
  check(provided_ == total_, "a pool ends while its buffers are lent");
  if (entries_) io_uring_unregister_buf_ring(&ring_.raw(), group_);
  for (Buffer* buffer : buffers_) ::operator delete(buffer);
}

Lease UringBufferPool::filled(std::uint16_t id, std::uint32_t count) {
  Buffer& buffer = *buffers_[id];
  --provided_;
  buffer.begin = kHeadRoom;
  buffer.end = kHeadRoom + count;
  return Lease(buffer);
}

void UringBufferPool::give_back(Buffer& buffer) noexcept {
  if (total_ > nominal_ && has_enough()) {
    --total_;
    buffers_[buffer.id] = nullptr;
    unused_ids_.push_back(static_cast<std::uint16_t>(buffer.id));
    ::operator delete(&buffer);
  } else {
    provide(buffer);
  }
  if (is_awaited() && has_enough()) tell_waiters();
}

void UringBufferPool::provide(Buffer& buffer) noexcept {
  check(provided_ < nominal_, "more buffers are provided than the kernel's ring holds");
  io_uring_buf_ring_add(entries_.get(), buffer.memory + kHeadRoom, size_, static_cast<unsigned short>(buffer.id),
                        io_uring_buf_ring_mask(nominal_), 0);
  io_uring_buf_ring_advance(entries_.get(), 1);
  ++provided_;
}

void UringBufferPool::wait(BufferWaiter& waiter) {
  waiters_.push_back(waiter);
  const bool grew = total_ < nominal_ && grow(std::min<std::size_t>(total_, nominal_ - total_));
  if (grew || has_enough()) tell_waiters();
}

bool UringBufferPool::relieve(bool idle) {
  if (!is_awaited() || (!idle && ++turns_standing_ < kTurnsStanding)) return false;
  if (!grow((nominal_ + 1) / 2 - provided_)) return false;
  tell_waiters();
  return true;
}

/// Adds `count` buffers, or fewer; false if there is memory, or are numbers, for none.
bool UringBufferPool::grow(std::size_t count) {
  std::size_t added = 0;
  while (added < count && add_buffer()) ++added;
  return added > 0;
}

bool UringBufferPool::add_buffer() {
  if (unused_ids_.empty()) {
    if (buffers_.size() > std::numeric_limits<std::uint16_t>::max()) return false;
    try {
      // Room for every id to be unused, so that giving a buffer back allocates nothing.
      unused_ids_.reserve(buffers_.size() + 1);
      buffers_.push_back(nullptr);
    } catch (const std::bad_alloc&) {
      return false;
    }
    unused_ids_.push_back(static_cast<std::uint16_t>(buffers_.size() - 1));
  }
  const std::uint32_t capacity = kHeadRoom + size_;
  auto* memory = static_cast<std::byte*>(::operator new(sizeof(Buffer) + capacity, std::nothrow));
  if (memory == nullptr) return false;
  const std::uint16_t id = unused_ids_.back();
  unused_ids_.pop_back();
  buffers_[id] = new (memory) Buffer{.pool = this, .memory = memory + sizeof(Buffer), .capacity = capacity, .id = id};
  ++total_;
  provide(*buffers_[id]);
  return true;
}

void UringBufferPool::tell_waiters() noexcept {
  turns_standing_ = 0;
  while (BufferWaiter* waiter = waiters_.pop_front()) ring_.schedule(*waiter);
}

Result<UringBufferPool*> UringBufferPools::of_size(std::uint32_t size) {
  if (pools_.size() >= kExactSizes && size != kLargestBuffer) size = std::bit_floor(size);
  for (const auto& pool : pools_) {
    if (pool->size() == size) return pool.get();
  }
  const std::uint32_t nominal = nominal_ != 0 ? nominal_ : nominal_count(size);
  auto pool = UringBufferPool::make(ring_, static_cast<std::uint16_t>(pools_.size()), size, nominal);
  if (!pool) return std::unexpected(pool.error());
  pools_.push_back(std::move(*pool));
  return pools_.back().get();
}

bool UringBufferPools::is_awaited() const {
  return std::ranges::any_of(pools_, [](const auto& pool) { return pool->is_awaited(); });
}

bool UringBufferPools::relieve(bool idle) {
  bool relieved = false;
  for (const auto& pool : pools_) relieved |= pool->relieve(idle);
  return relieved;
}

}  // namespace sched
