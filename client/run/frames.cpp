#include "client/run/frames.h"

#include <algorithm>
#include <limits>

namespace client::run {

namespace {

using scenario::Framing;

constexpr unsigned kBitsAByte = 8;

std::uint64_t decode_length(std::string_view prefix, bool is_little_endian) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char byte = is_little_endian ? prefix[prefix.size() - 1 - i] : prefix[i];
    length = length << kBitsAByte | static_cast<unsigned char>(byte);
  }
  return length;
}

std::string encode_length(std::uint64_t length, std::size_t bytes, bool is_little_endian) {
  std::string prefix;
  for (std::size_t i = 0; i < bytes; ++i, length >>= kBitsAByte) prefix += static_cast<char>(length & 0xffU);
  if (!is_little_endian) std::ranges::reverse(prefix);
  return prefix;
}

std::optional<Frame> first_ended(std::string_view end, std::string_view unread, bool ended, std::size_t& searched) {
  const std::size_t found = end.empty() ? std::string_view::npos : unread.find(end, searched);
  if (found != std::string_view::npos) {
    searched = 0;
    return Frame{unread.substr(0, found), found + end.size()};
  }
  if (ended && !unread.empty()) {
    searched = 0;
    return Frame{.bytes = unread, .consumed = unread.size(), .is_cut_off = !end.empty()};
  }
  // An end may stand across what has arrived and what will.
  searched = end.empty() || unread.size() < end.size() ? 0 : unread.size() - end.size() + 1;
  return std::nullopt;
}

}  // namespace

std::optional<Frame> first_frame(const Framing& framing, std::string_view unread, bool ended, std::size_t& searched) {
  const bool has_size = framing.kind == Framing::Kind::length_prefix || framing.kind == Framing::Kind::fixed;
  if (!has_size) return first_ended(framing.end(), unread, ended, searched);
  const auto size = announced_size(framing, unread);
  if (size && unread.size() >= *size) {
    const std::string_view whole = unread.substr(0, static_cast<std::size_t>(*size));
    return Frame{whole.substr(framing.prefix_bytes), whole.size()};
  }
  const bool is_rest = ended && framing.kind == Framing::Kind::fixed && !unread.empty();
  if (!is_rest) return std::nullopt;
  return Frame{.bytes = unread, .consumed = unread.size(), .is_cut_off = true};
}

std::optional<std::uint64_t> announced_size(const Framing& framing, std::string_view unread) {
  if (framing.kind == Framing::Kind::fixed) return framing.size;
  if (framing.kind != Framing::Kind::length_prefix || unread.size() < framing.prefix_bytes) return std::nullopt;
  const std::uint64_t length = decode_length(unread.substr(0, framing.prefix_bytes), framing.is_little_endian);
  // The largest lengths would wrap around.
  return length > std::numeric_limits<std::uint64_t>::max() - framing.prefix_bytes ? length
                                                                                   : length + framing.prefix_bytes;
}

void enclose(const Framing& framing, std::string& text) {
  if (framing.kind == Framing::Kind::length_prefix) {
    text.insert(0, encode_length(text.size(), framing.prefix_bytes, framing.is_little_endian));
  } else {
    text += framing.end();
  }
}

}  // namespace client::run
