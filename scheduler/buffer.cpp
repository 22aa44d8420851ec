#include "scheduler/buffer.h"

#include <cstring>
#include <new>

#include "scheduler/check.h"

namespace sched {

void Lease::prepend(Bytes bytes) {
  check(bytes.size() <= head_room(), "more is prepended than there is room for");
  buffer_->begin -= static_cast<std::uint32_t>(bytes.size());
  std::memcpy(buffer_->memory + buffer_->begin, bytes.data(), bytes.size());
}

HeapBufferPool::HeapBufferPool(std::uint32_t size, std::size_t kept) : size_(size), max_kept_(kept) {}

HeapBufferPool::~HeapBufferPool() {
  check(lent_ == 0, "a pool ends while its buffers are lent");
  while (Buffer* buffer = free_) {
    free_ = buffer->next;
    ::operator delete(buffer);
  }
}

Lease HeapBufferPool::lend() noexcept {
  if (free_ == nullptr) {
    const std::uint32_t capacity = kHeadRoom + size_;
    auto* memory = static_cast<std::byte*>(::operator new(sizeof(Buffer) + capacity, std::nothrow));
    if (memory == nullptr) return {};
    free_ = new (memory) Buffer{.pool = this, .memory = memory + sizeof(Buffer), .capacity = capacity};
    ++kept_;
  }
  Buffer& buffer = *free_;
  free_ = buffer.next;
  --kept_;
  ++lent_;
  buffer.begin = buffer.end = kHeadRoom;
  buffer.next = nullptr;
  return Lease(buffer);
}

void HeapBufferPool::give_back(Buffer& buffer) noexcept {
  --lent_;
  if (kept_ >= max_kept_) {
    ::operator delete(&buffer);
    return;
  }
  buffer.next = free_;
  free_ = &buffer;
  ++kept_;
}

}  // namespace sched
