#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "scheduler/check.h"

// Buffers are lent. A backend owns the memory that is received into and sent from; whoever works with it holds a Lease
// and gives the buffer back by dropping it. An idle connection holds none.

namespace sched {

/// Bytes that are looked at but not owned.
using Bytes = std::span<const std::byte>;

class BufferPool;

/// Room in front of the bytes that were received, so that a short prefix can be written there and the whole be sent
/// without a copy.
inline constexpr std::uint32_t kHeadRoom = 64;

/// A piece of memory of a pool, and which part of it is in use. It is never in two leases.
struct Buffer {
  BufferPool* pool = nullptr;
  std::byte* memory = nullptr;
  std::uint32_t capacity = 0;  ///< of `memory`, head room included
  std::uint32_t begin = 0;     ///< offset of the first byte in use
  std::uint32_t end = 0;       ///< offset after the last byte in use
  std::uint32_t id = 0;        ///< the pool's own number for it
  Buffer* next = nullptr;      ///< for queues of buffers (SendQueue, free lists)
};

/// Gives a dropped buffer back to where it came from.
class BufferPool {
 public:
  virtual void give_back(Buffer& buffer) noexcept = 0;

 protected:
  ~BufferPool() = default;
};

/// The right to use a buffer; the bytes in it live as long. Move-only. It is dropped on the thread it was lent on and
/// before the scheduler ends.
class Lease {
 public:
  Lease() = default;
  explicit Lease(Buffer& buffer) : buffer_(&buffer) {}
  Lease(Lease&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  Lease& operator=(Lease&& other) noexcept {
    Lease taken(std::move(other));
    std::swap(buffer_, taken.buffer_);
    return *this;
  }
  ~Lease() {
    if (buffer_ != nullptr) buffer_->pool->give_back(*buffer_);
  }

  explicit operator bool() const { return buffer_ != nullptr; }

  std::size_t size() const { return buffer_->end - buffer_->begin; }
  Bytes bytes() const { return {buffer_->memory + buffer_->begin, size()}; }

  /// Takes `count` bytes, at most size(), off the front.
  void consume(std::size_t count) {
    check(count <= size(), "more is consumed than there is");
    buffer_->begin += static_cast<std::uint32_t>(count);
  }

  /// Bytes that prepend() has room for.
  std::size_t head_room() const { return buffer_->begin; }
  /// Puts `bytes`, at most head_room() of them, in front of the others.
  void prepend(Bytes bytes);

  /// The free memory behind the bytes; commit() makes the first `count` bytes of it part of them.
  std::span<std::byte> tail_room() const { return {buffer_->memory + buffer_->end, buffer_->capacity - buffer_->end}; }
  void commit(std::size_t count) {
    check(count <= buffer_->capacity - buffer_->end, "more is committed than there is room for");
    buffer_->end += static_cast<std::uint32_t>(count);
  }

  /// Gives up the lease: the caller returns the buffer to its pool. For backends.
  Buffer& release() { return *std::exchange(buffer_, nullptr); }

 private:
  Buffer* buffer_ = nullptr;
};

/// Buffers of one size from the heap. It grows as it is asked to and keeps a few of those that come back, the one used
/// last on top, where the cache is warm.
class HeapBufferPool final : public BufferPool {
 public:
  /// Buffers with room for `size` bytes behind their head room, of which at most `kept` are kept free.
  HeapBufferPool(std::uint32_t size, std::size_t kept);
  ~HeapBufferPool();

  HeapBufferPool(const HeapBufferPool&) = delete;
  HeapBufferPool& operator=(const HeapBufferPool&) = delete;

  /// An empty buffer: no bytes, kHeadRoom in front. No lease when memory has run out.
  Lease lend() noexcept;

  std::uint32_t size() const { return size_; }
  void give_back(Buffer& buffer) noexcept override;

 private:
  std::uint32_t size_;
  std::size_t max_kept_;
  std::size_t kept_ = 0;
  std::size_t lent_ = 0;
  Buffer* free_ = nullptr;
};

}  // namespace sched
