#include "echo/answer.h"

#include <algorithm>
#include <cstring>

#include <experimental/simd>

namespace echo {

namespace {

/// So far a line is looked at and copied in one go, which takes two thirds of the time of a search and a copy; what is
/// longer is left to the C library.
constexpr std::size_t kShortLine = 64;

/// Copies bytes until a newline, which is copied too, or all of `from`; returns how many. `to` has as much room, and is
/// overwritten behind them.
std::size_t copy_line(std::span<const std::byte> from, std::byte* to) {
  using Block = std::experimental::native_simd<unsigned char>;
  constexpr std::experimental::element_aligned_tag kAnywhere;
  const auto* source = reinterpret_cast<const unsigned char*>(from.data());
  auto* target = reinterpret_cast<unsigned char*>(to);
  std::size_t done = 0;
  for (const auto end = std::min(from.size(), kShortLine); done + Block::size() <= end; done += Block::size()) {
    const Block block(source + done, kAnywhere);
    block.copy_to(target + done, kAnywhere);
    const auto newlines = block == static_cast<unsigned char>('\n');
    if (any_of(newlines)) return done + static_cast<std::size_t>(find_first_set(newlines)) + 1;
  }
  if (done == from.size()) return done;
  const void* newline = std::memchr(source + done, '\n', from.size() - done);
  const auto end = newline == nullptr
                       ? from.size()
                       : static_cast<std::size_t>(static_cast<const unsigned char*>(newline) - source) + 1;
  std::memcpy(target + done, source + done, end - done);
  return end;
}

// Copies to the front of `out` and takes that off it.
void append(std::span<std::byte>& out, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  // The size of the default prefix: a store instead of a call, a sixth of the time of a short line.
  if (bytes.size() == 4) {
    std::memcpy(out.data(), bytes.data(), 4);
  } else {
    std::memcpy(out.data(), bytes.data(), bytes.size());
  }
  out = out.subspan(bytes.size());
}

}  // namespace

StreamAnswer::Piece StreamAnswer::next(std::span<const std::byte>& rest) {
  if (rest.empty()) return {};
  const auto prefix = take_prefix(prefix_due_);
  return {prefix, take_bytes(rest, rest.size())};
}

std::size_t StreamAnswer::write(std::span<const std::byte>& rest, std::span<std::byte> out) {
  const auto room = out.size();
  while (!rest.empty() && !out.empty()) {
    append(out, take_prefix(out.size()));
    if (framing_ == Framing::line && !prefix_.empty()) {
      write_line(rest, out);
    } else {
      append(out, take_bytes(rest, out.size()));
    }
  }
  return room - out.size();
}

// Writes what is there of the current line, as far as there is room, and takes it off both.
void StreamAnswer::write_line(std::span<const std::byte>& rest, std::span<std::byte>& out) {
  const auto bytes = rest.first(copy_line(rest.first(std::min(rest.size(), out.size())), out.data()));
  if (!bytes.empty() && bytes.back() == std::byte{'\n'}) begin_unit();
  rest = rest.subspan(bytes.size());
  out = out.subspan(bytes.size());
}

std::span<const std::byte> StreamAnswer::take_prefix(std::size_t limit) {
  const auto bytes = prefix_.last(prefix_due_).first(std::min<std::size_t>(prefix_due_, limit));
  prefix_due_ -= static_cast<std::uint32_t>(bytes.size());
  return bytes;
}

// Takes what is there of the current unit off `rest`, at most `limit`.
std::span<const std::byte> StreamAnswer::take_bytes(std::span<const std::byte>& rest, std::size_t limit) {
  auto bytes = rest.first(std::min(rest.size(), limit));
  // Without a prefix units cannot be told apart, and need not be looked for.
  if (!prefix_.empty()) {
    bytes = bytes.first(framing_ == Framing::line ? line_bytes(bytes) : chunk_bytes(bytes, rest.size()));
  }
  rest = rest.subspan(bytes.size());
  return bytes;
}

std::size_t StreamAnswer::line_bytes(std::span<const std::byte> bytes) {
  const void* newline = bytes.empty() ? nullptr : std::memchr(bytes.data(), '\n', bytes.size());
  if (newline == nullptr) return bytes.size();
  begin_unit();
  return static_cast<std::size_t>(static_cast<const std::byte*>(newline) - bytes.data()) + 1;
}

std::size_t StreamAnswer::chunk_bytes(std::span<const std::byte> bytes, std::size_t received) {
  const auto size = std::min<std::size_t>(bytes.size(), chunk_left_);
  chunk_left_ = static_cast<std::uint16_t>(chunk_left_ - size);
  if (chunk_left_ == 0 || size == received) {
    chunk_left_ = kChunkBytes;
    begin_unit();
  }
  return size;
}

void StreamAnswer::begin_unit() { prefix_due_ = static_cast<std::uint32_t>(prefix_.size()); }

}  // namespace echo
