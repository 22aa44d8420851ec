#include "client/scenario/framing_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace client::scenario {

namespace {

using Kind = Framing::Kind;

constexpr std::array<Choice<Eol>, 3> kEols{{{"lf", Eol::lf}, {"crlf", Eol::crlf}, {"none", Eol::none}}};

void read_delimiter(Reader& reader, const Cursor& at, Framing& out) {
  out.kind = Kind::delimiter;
  const auto text = read_text(reader, at);
  if (text && text->empty()) return reader.wrong(at, "a text of at least one byte");
  if (text) out.delimiter = *text;
}

void read_length_prefix(Reader& reader, const Cursor& at, Framing& out) {
  constexpr auto kBytes = [](Reader& r, const Cursor& value, Framing& framing) {
    std::uint64_t bytes = 0;
    read_whole_number(r, value, 1, sizeof(std::uint64_t), bytes);
    const bool is_width = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    if (!is_width && bytes != 0) r.wrong(value, "1, 2, 4 or 8");
    framing.prefix_bytes = static_cast<std::uint8_t>(bytes);
  };
  constexpr auto kEndian = [](Reader& r, const Cursor& value, Framing& framing) {
    constexpr std::array<Choice<bool>, 2> kOrders{{{"big", false}, {"little", true}}};
    read_choice(r, value, kOrders, framing.is_little_endian);
  };
  constexpr auto kFields = std::to_array<Field<Framing>>({{"bytes", kBytes}, {"endian", kEndian}});
  out.kind = Kind::length_prefix;
  read_object(reader, at, kFields, out);
  reader.require(at, "bytes");
}

void read_fixed(Reader& reader, const Cursor& at, Framing& out) {
  out.kind = Kind::fixed;
  read_value(reader, at, out.size);
}

}  // namespace

void read_value(Reader& reader, const Cursor& at, Eol& out) {
  for (const auto& [bytes, name] : {std::pair("\n", "lf"), std::pair("\r\n", "crlf"), std::pair("", "none")}) {
    const bool is_meant = at.node.kind == Node::Kind::string && at.node.text == bytes;
    if (is_meant) return reader.error(at, fmt::format("the end of a line has a name here: write \"{}\"", name));
  }
  read_choice(reader, at, kEols, out);
}

void read_value(Reader& reader, const Cursor& at, Framing& out) {
  constexpr std::array<Choice<Kind>, 2> kWords{{{"line", Kind::line}, {"raw", Kind::raw}}};
  constexpr auto kFields = std::to_array<Field<Framing>>(
      {{"delimiter", read_delimiter}, {"length_prefix", read_length_prefix}, {"fixed", read_fixed}});
  constexpr std::string_view kWanted = R"("line", "raw", or an object with "delimiter", "length_prefix" or "fixed")";
  out = {.eol = out.eol};
  if (at.node.kind == Node::Kind::string) {
    if (std::ranges::find(kEols, at.node.text, &Choice<Eol>::word) == kEols.end()) {
      return read_choice(reader, at, kWords, out.kind);
    }
    return reader.error(
        at, fmt::format(R"("framing" says what a frame is; how a line ends is said by "eol": "{}")", at.node.text));
  }
  if (at.node.kind != Node::Kind::object) return reader.wrong(at, kWanted);
  read_object(reader, at, kFields, out);
  const auto is_given = [&at](const auto& field) { return at.find(field.key) != nullptr; };
  if (std::ranges::count_if(kFields, is_given) == 1) return;
  reader.error(at, R"(a framing has one of the keys "delimiter", "length_prefix" and "fixed")");
}

}  // namespace client::scenario
