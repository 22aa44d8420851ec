#include "client/scenario/template.h"

#include <utility>

#include <fmt/format.h>

#include "scheduler/check.h"

namespace client::scenario {

namespace {

void append_uuid(std::uint64_t high, std::uint64_t low, std::string& out) {
  high = (high & 0xffff'ffff'ffff'0fffU) | 0x4000U;               // Version 4: random.
  low = (low & 0x3fff'ffff'ffff'ffffU) | 0x8000'0000'0000'0000U;  // The variant of RFC 9562.
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffffU,
                 high & 0xffffU, low >> 48, low & 0xffff'ffff'ffffU);
}

void append_random_text(std::function<std::uint64_t()>& random, std::uint32_t length, std::string& out) {
  constexpr std::string_view kCharacters = "0123456789abcdefghijklmnopqrstuvwxyz";
  constexpr std::uint32_t kDrawnAtOnce = 8;  // 36 to the 8th is far below 2 to the 64th: no character is favoured.
  std::uint64_t bits = 0;
  for (std::uint32_t i = 0; i < length; ++i) {
    if (i % kDrawnAtOnce == 0) bits = random();
    out += kCharacters[bits % kCharacters.size()];
    bits /= kCharacters.size();
  }
}

}  // namespace

Template::Template(std::string constant) : constant_(std::move(constant)) {}

Template::Template(std::vector<Part> parts) {
  for (Part& part : parts) {
    const bool follows_text = parts_.empty() || parts_.back().reference == Reference::literal;
    if (part.reference == Reference::literal && follows_text) {
      (parts_.empty() ? constant_ : parts_.back().literal) += part.literal;
    } else {
      parts_.push_back(std::move(part));
    }
  }
}

bool Template::uses_clock() const {
  for (const Part& part : parts_) {
    if (part.reference == Reference::now_ms) return true;
  }
  return false;
}

std::optional<std::size_t> Template::missing_value(const ExpansionContext& context) const {
  for (const Part& part : parts_) {
    if (part.reference == Reference::value && !context.values[part.number]) return part.number;
  }
  return std::nullopt;
}

void Template::expand(const ExpansionContext& context, std::string& out) const {
  out += constant_;
  for (const Part& part : parts_) {
    switch (part.reference) {
      case Reference::literal:
        out += part.literal;
        break;
      case Reference::client_index:
        fmt::format_to(std::back_inserter(out), "{}", context.client_index);
        break;
      case Reference::client_name:
        out += context.client_name;
        break;
      case Reference::iteration:
        fmt::format_to(std::back_inserter(out), "{}", context.iteration);
        break;
      case Reference::now_ms:
        fmt::format_to(std::back_inserter(out), "{}", context.now_ms);
        break;
      case Reference::uuid: {
        sched::check(context.random != nullptr, "a text with ${uuid} is given randomness");
        const std::uint64_t high = (*context.random)();
        append_uuid(high, (*context.random)(), out);
        break;
      }
      case Reference::random_text:
        sched::check(context.random != nullptr, "a text with ${random:N} is given randomness");
        append_random_text(*context.random, part.number, out);
        break;
      case Reference::value:
        sched::check(context.values[part.number].has_value(),
                     "a text with a variable of the client is given its value");
        out += *context.values[part.number];
        break;
    }
  }
}

}  // namespace client::scenario
