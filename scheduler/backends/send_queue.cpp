#include "scheduler/backends/send_queue.h"

#include <algorithm>
#include <cstring>

namespace sched {

namespace {

/// A lease that fills no more than this part of its buffer is copied if it can be.
constexpr std::size_t kWorthKeeping = 4;

}  // namespace

void SendQueue::push(Lease lease) {
  const Buffer* last = leases_.last();
  const std::size_t size = lease.size();
  const bool is_small = size < (size + lease.tail_room().size()) / kWorthKeeping;
  if (last != nullptr && is_small && size <= last->capacity - last->end) {
    fill_last(lease.bytes());
    return;
  }
  leases_.push(std::move(lease));
}

std::size_t SendQueue::fill_last(Bytes bytes) {
  Buffer* last = leases_.last();
  if (last == nullptr) return 0;
  const std::size_t fitting = std::min<std::size_t>(bytes.size(), last->capacity - last->end);
  if (fitting > 0) std::memcpy(last->memory + last->end, bytes.data(), fitting);
  last->end += static_cast<std::uint32_t>(fitting);
  return fitting;
}

Bytes SendQueue::first() const {
  const Buffer& buffer = *leases_.first();
  return {buffer.memory + buffer.begin, buffer.end - buffer.begin};
}

std::size_t SendQueue::gather(std::span<iovec> parts) const {
  const std::size_t count = std::min(leases_.size(), parts.size());
  const Buffer* buffer = leases_.first();
  for (iovec& part : parts.first(count)) {
    part = {buffer->memory + buffer->begin, buffer->end - buffer->begin};
    buffer = buffer->next;
  }
  return count;
}

void SendQueue::consume(std::size_t count) {
  while (count > 0) {
    Buffer& first = *leases_.first();
    const std::size_t size = first.end - first.begin;
    if (count < size) {
      first.begin += static_cast<std::uint32_t>(count);
      return;
    }
    count -= size;
    leases_.pop();
  }
}

}  // namespace sched
