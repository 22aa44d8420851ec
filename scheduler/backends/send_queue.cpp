#include "scheduler/backends/send_queue.h"

#include <algorithm>
#include <cstring>

namespace sched {

void SendQueue::push(Lease lease) {
  Buffer& buffer = lease.release();
  buffer.next = nullptr;
  (first_ == nullptr ? first_ : last_->next) = &buffer;
  last_ = &buffer;
}

std::size_t SendQueue::fill_last(Bytes bytes) {
  if (last_ == nullptr) return 0;
  const std::size_t fitting = std::min<std::size_t>(bytes.size(), last_->capacity - last_->end);
  if (fitting > 0) std::memcpy(last_->memory + last_->end, bytes.data(), fitting);
  last_->end += static_cast<std::uint32_t>(fitting);
  return fitting;
}

std::size_t SendQueue::gather(std::span<iovec> parts) const {
  std::size_t count = 0;
  for (const Buffer* buffer = first_; buffer != nullptr && count < parts.size(); buffer = buffer->next) {
    parts[count++] = {buffer->memory + buffer->begin, buffer->end - buffer->begin};
  }
  return count;
}

void SendQueue::consume(std::size_t count) {
  while (count > 0) {
    const std::size_t size = first_->end - first_->begin;
    if (count < size) {
      first_->begin += static_cast<std::uint32_t>(count);
      return;
    }
    count -= size;
    drop_first();
  }
}

void SendQueue::clear() {
  while (first_ != nullptr) drop_first();
}

void SendQueue::drop_first() {
  Lease dropped(*first_);
  first_ = first_->next;
  if (first_ == nullptr) last_ = nullptr;
}

}  // namespace sched
