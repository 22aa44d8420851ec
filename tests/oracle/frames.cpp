#include "tests/oracle/frames.h"

#include <algorithm>
#include <limits>

namespace oracle {

namespace {

std::string ending_of(const std::string& eol) { return eol == "crlf" ? "\r\n" : "\n"; }

std::string prefix(const Framing& framing, std::uint64_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < framing.prefix_bytes; ++i) {
    bytes += static_cast<char>(size & 0xff);
    size >>= 8;
  }
  if (framing.is_big_endian) std::ranges::reverse(bytes);
  return bytes;
}

}  // namespace

Framing framing_of(const Json& framing, const std::string& eol) {
  using enum Framing::Kind;
  if (framing.is_string() && framing == "raw") return {.kind = raw};
  if (framing.is_string()) return {.kind = eol == "none" ? whole_stream : ended_by, .ending = ending_of(eol)};
  if (framing.contains("delimiter")) return {.kind = ended_by, .ending = framing.at("delimiter")};
  if (framing.contains("fixed")) return {.kind = fixed, .size = framing.at("fixed")};
  const Json& length = framing.at("length_prefix");
  return {.kind = length_prefix,
          .prefix_bytes = length.at("bytes"),
          .is_big_endian = length.value("endian", "big") == "big"};
}

std::string enclosed(const Framing& framing, const std::string& text) {
  if (framing.kind == Framing::Kind::ended_by) return text + framing.ending;
  if (framing.kind == Framing::Kind::length_prefix) return prefix(framing, text.size()) + text;
  return text;
}

std::uint64_t longest_text(const Framing& framing) {
  if (framing.kind != Framing::Kind::length_prefix || framing.prefix_bytes == 8) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return (std::uint64_t{1} << (8 * framing.prefix_bytes)) - 1;
}

std::optional<std::uint64_t> announced(const Framing& framing, std::string_view unread) {
  if (framing.kind == Framing::Kind::fixed) return framing.size;
  if (framing.kind != Framing::Kind::length_prefix || unread.size() < framing.prefix_bytes) return std::nullopt;
  std::string bytes(unread.substr(0, framing.prefix_bytes));
  if (!framing.is_big_endian) std::ranges::reverse(bytes);
  std::uint64_t size = 0;
  for (const char byte : bytes) size = size << 8 | static_cast<unsigned char>(byte);
  return size;
}

std::optional<Cut> first_frame(const Framing& framing, std::string_view unread, bool ended) {
  using enum Framing::Kind;
  std::optional<Cut> rest;
  if (ended && !unread.empty()) rest = Cut{std::string(unread), unread.size(), true};
  if (framing.kind == whole_stream || framing.kind == raw) return framing.kind == raw ? std::nullopt : rest;
  if (framing.kind == ended_by) {
    const std::size_t end = unread.find(framing.ending);
    if (end == std::string_view::npos) return rest;
    return Cut{std::string(unread.substr(0, end)), end + framing.ending.size()};
  }
  const std::size_t head = framing.kind == length_prefix ? framing.prefix_bytes : 0;
  const auto size = announced(framing, unread);
  if (size && *size <= unread.size() - std::min(head, unread.size()) && head <= unread.size()) {
    return Cut{std::string(unread.substr(head, *size)), head + *size};
  }
  return framing.kind == fixed ? rest : std::nullopt;
}

}  // namespace oracle
