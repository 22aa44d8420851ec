#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "scheduler/backends/io_uring_ring.h"
#include "scheduler/buffer.h"
#include "scheduler/intrusive_list.h"
#include "scheduler/result.h"

// Receive buffers that the kernel takes from when data is there, so that a connection that waits holds none. A pool has
// buffers of one size. They travel: provided to the kernel, filled and lent, given back, provided again.
//
// A receive that finds none (ENOBUFS) waits in line until half the pool is back. A pool starts small, so that few
// connections keep it in the first-level cache, and doubles when it runs dry, up to its nominal size. Beyond that it
// grows only when the lines would stand still otherwise: when those that hold the leases may themselves wait.

namespace sched {

struct BufferlessTag;

/// Who waits for buffers: is scheduled when there are some again, and has left the line then.
class BufferWaiter : public UringSubmitter, public ListNode<BufferlessTag> {
 protected:
  ~BufferWaiter() = default;

 private:
  friend class UringBufferPool;
};

class UringBufferPool final : public BufferPool {
 public:
  /// A pool of buffers with room for `size` bytes behind their head room, of which `nominal` are lent in the ordinary
  /// run of things (a power of two), as the group `group`. Errors: as of io_uring_register(2); out_of_memory.
  static Result<std::unique_ptr<UringBufferPool>> make(UringRing& ring, std::uint16_t group, std::uint32_t size,
                                                       std::uint32_t nominal);
  ~UringBufferPool();

  UringBufferPool(const UringBufferPool&) = delete;
  UringBufferPool& operator=(const UringBufferPool&) = delete;

  std::uint16_t group() const { return group_; }
  std::uint32_t size() const { return size_; }
  std::uint32_t nominal() const { return nominal_; }

  /// The buffer `id`, which the kernel has filled with `count` bytes.
  Lease filled(std::uint16_t id, std::uint32_t count);

  /// A receive of `waiter` found no buffer: it stands in line until there are some, or is told at once.
  void wait(BufferWaiter& waiter);

  bool is_awaited() const { return !waiters_.empty(); }

  /// Once a turn: grows the pool if the line has stood still, at once if `idle` says that nothing else goes on. Whether
  /// someone was told that there are buffers.
  bool relieve(bool idle);

  void give_back(Buffer& buffer) noexcept override;

 private:
  UringBufferPool(UringRing& ring, std::uint16_t group, std::uint32_t size, std::uint32_t nominal);

  bool has_enough() const { return provided_ >= (nominal_ + 1) / 2; }
  bool grow(std::size_t count);
  bool add_buffer();
  void provide(Buffer& buffer) noexcept;
  void tell_waiters() noexcept;

  struct Unmap {
    std::size_t size;
    void operator()(io_uring_buf_ring* memory) const;
  };

  UringRing& ring_;
  const std::uint16_t group_;
  const std::uint32_t size_;
  const std::uint32_t nominal_;
  std::unique_ptr<io_uring_buf_ring, Unmap> entries_;
  std::vector<Buffer*> buffers_;  ///< by id; null where there is none
  std::vector<std::uint16_t> unused_ids_;
  std::size_t total_ = 0;
  std::size_t provided_ = 0;  ///< at most: the kernel may have taken some it has not told of yet
  IntrusiveList<BufferWaiter, BufferlessTag> waiters_;
  unsigned turns_standing_ = 0;
};

/// The pools of a backend, made as sizes are asked for.
class UringBufferPools {
 public:
  /// `nominal` buffers in each, or as many as suit the size if it is 0.
  UringBufferPools(UringRing& ring, std::uint32_t nominal) : ring_(ring), nominal_(nominal) {}

  /// The pool whose buffers hold `size` bytes, from 1 to kLargestBuffer; somewhat fewer once there are many sizes.
  Result<UringBufferPool*> of_size(std::uint32_t size);

  bool is_awaited() const;
  bool relieve(bool idle);

 private:
  UringRing& ring_;
  const std::uint32_t nominal_;
  std::vector<std::unique_ptr<UringBufferPool>> pools_;
};

}  // namespace sched
