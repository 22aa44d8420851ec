#pragma once

#include <cstddef>

#include "scheduler/buffer.h"

namespace sched {

/// Leases that wait in order. The links live in the buffers: empty or not, it allocates nothing.
class LeaseQueue {
 public:
  LeaseQueue() = default;
  LeaseQueue(const LeaseQueue&) = delete;
  LeaseQueue& operator=(const LeaseQueue&) = delete;
  ~LeaseQueue() { clear(); }

  bool empty() const { return first_ == nullptr; }
  std::size_t size() const { return size_; }

  void push(Lease lease) {
    Buffer& buffer = lease.release();
    buffer.next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = &buffer;
    last_ = &buffer;
    ++size_;
  }

  /// The first lease, which leaves; there is one.
  Lease pop() {
    Lease lease(*first_);
    first_ = first_->next;
    --size_;
    return lease;
  }

  /// The buffers in order, through Buffer::next; null when it is empty.
  Buffer* first() const { return first_; }
  Buffer* last() const { return first_ == nullptr ? nullptr : last_; }

  void clear() {
    while (!empty()) pop();
  }

 private:
  Buffer* first_ = nullptr;
  Buffer* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sched
