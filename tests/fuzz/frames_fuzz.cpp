// A stream gives the same frames however it is cut, and what has been made a frame is found in it.

#include <string>
#include <vector>

#include "client/run/frames.h"
#include "tests/fuzz/fuzzing.h"

namespace {

using client::scenario::Eol;
using client::scenario::Framing;

Framing framing_of(fuzz::Input& input) {
  const std::uint8_t chosen = input.number();
  const std::uint8_t detail = input.number();
  switch (chosen % 4) {
    case 0:
      return {.eol = static_cast<Eol>(detail % 3)};
    case 1:
      return {.kind = Framing::Kind::delimiter, .delimiter = std::string(1, 'a') + std::string(input.text())};
    case 2:
      return {.kind = Framing::Kind::length_prefix,
              .prefix_bytes = static_cast<std::uint8_t>(1U << (detail % 4U)),
              .is_little_endian = detail >= 128};
    default:
      return {.kind = Framing::Kind::fixed, .size = detail + 1U};
  }
}

/// As Connection does it.
std::vector<std::string> frames_of(std::string_view stream, const Framing& framing, std::string_view cuts) {
  std::vector<std::string> frames;
  std::size_t consumed = 0;
  std::size_t searched = 0;
  const auto take = [&](std::size_t arrived, bool ended) {
    while (const auto frame =
               client::run::first_frame(framing, stream.substr(consumed, arrived - consumed), ended, searched)) {
      fuzz::require(frame->consumed > 0, "a frame takes bytes");
      frames.emplace_back(frame->bytes);
      consumed += frame->consumed;
      searched = 0;
    }
  };
  fuzz::for_each_cut(cuts, stream.size(), [&](std::size_t end) { take(end, false); });
  take(stream.size(), true);
  return frames;
}

void check_enclosed(const Framing& framing, std::string text) {
  if (framing.kind == Framing::Kind::fixed) text.resize(framing.size);
  if (text.size() > framing.longest()) text.resize(framing.longest());
  std::string enclosed = text;
  client::run::enclose(framing, enclosed);
  const std::string_view end = framing.end();
  if (!end.empty() && enclosed.find(end) != text.size()) return;  // The text has an end of its own.
  if (enclosed.empty()) return;
  std::size_t searched = 0;
  const auto frame = client::run::first_frame(framing, enclosed, true, searched);
  fuzz::require(frame && frame->bytes == text && frame->consumed == enclosed.size(), "an enclosed text is the frame");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const Framing framing = framing_of(input);
  const std::string_view cuts = input.text();
  const std::string_view stream = input.rest();
  fuzz::require(frames_of(stream, framing, cuts) == frames_of(stream, framing, {}), "cuts make no difference");
  check_enclosed(framing, std::string(stream));
  return 0;
}
