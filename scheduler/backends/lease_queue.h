#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "scheduler/buffer.h"

namespace sched {

/// Leases that wait in order. The links live in the buffers: empty or not, it allocates nothing.
class LeaseQueue {
 public:
  LeaseQueue() = default;
  LeaseQueue(const LeaseQueue&) = delete;
  LeaseQueue& operator=(const LeaseQueue&) = delete;
  ~LeaseQueue() { clear(); }

  bool empty() const { return last_ == nullptr; }
  std::size_t size() const { return size_; }

  void push(Lease lease) {
    Buffer& buffer = lease.release();
    buffer.next = last_ == nullptr ? &buffer : std::exchange(last_->next, &buffer);
    last_ = &buffer;
    ++size_;
  }

  /// The first lease, which leaves; there is one.
  Lease pop() {
    Buffer& first = *last_->next;
    last_->next = first.next;
    if (--size_ == 0) last_ = nullptr;
    return Lease(first);
  }

  /// Null when it is empty. The other buffers follow the first, in order, through Buffer::next; the first follows the
  /// last.
  Buffer* first() const { return last_ == nullptr ? nullptr : last_->next; }
  Buffer* last() const { return last_; }

  void clear() {
    while (!empty()) pop();
  }

 private:
  Buffer* last_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace sched
