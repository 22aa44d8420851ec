#include "client/manual/typed_input.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

namespace client::manual {

namespace {

/// How many bytes, and how many texts and files, may wait for a peer that does not read.
constexpr std::size_t kRoom = 2 * 1024 * 1024;
constexpr std::size_t kPieces = 64 * 1024;

std::size_t take(std::string& text, std::span<std::byte> room) {
  const std::size_t size = std::min(text.size(), room.size());
  std::memcpy(room.data(), text.data(), size);
  text.erase(0, size);
  return size;
}

}  // namespace

sched::Task<sched::Result<void>> TypedInput::readable() { co_return co_await there_.wait(); }

sched::Result<sched::Lease> TypedInput::read(sched::Lease buffer) {
  while (!pieces_.empty() && !buffer.tail_room().empty()) {
    std::size_t count = 0;
    if (auto* text = std::get_if<std::string>(&pieces_.front())) {
      count = take(*text, buffer.tail_room());
      size_ -= count;
      if (text->empty()) pieces_.pop_front();
    } else {
      const std::span<std::byte> room = buffer.tail_room();
      const ssize_t read = ::read(std::get<sched::Descriptor>(pieces_.front()).get(), room.data(), room.size());
      if (read <= 0) pieces_.pop_front();
      if (read < 0) return sched::system_error("file", errno);
      count = static_cast<std::size_t>(read);
    }
    buffer.commit(count);
  }
  update();
  if (buffer.size() > 0) return buffer;
  return sched::failure(has_ended_ ? sched::ErrorCode::end_of_stream : sched::ErrorCode::would_block, "input");
}

void TypedInput::put(std::string bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  pieces_.emplace_back(std::move(bytes));
  update();
}

void TypedInput::put(sched::Descriptor file) {
  pieces_.emplace_back(std::move(file));
  update();
}

void TypedInput::end() {
  has_ended_ = true;
  update();
}

void TypedInput::restart() {
  pieces_.clear();
  size_ = 0;
  has_ended_ = false;
  update();
}

void TypedInput::update() {
  pieces_.empty() && !has_ended_ ? there_.reset() : there_.set();
  size_ < kRoom&& pieces_.size() < kPieces ? room_.set() : room_.reset();
}

}  // namespace client::manual
