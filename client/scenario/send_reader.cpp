#include "client/scenario/send_reader.h"

#include <algorithm>
#include <array>
#include <expected>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/scenario/encoded_bytes.h"
#include "client/scenario/framing_reader.h"
#include "text/units.h"

namespace client::scenario {

namespace {

constexpr std::uint64_t kMaxRandomBytes = std::uint64_t{16} << 20;

void read_text_form(Reader& reader, const Cursor& at, Send& out) {
  read_template(reader, at, Changing::at_each_use, out.text);
}

void read_decoded(Reader& reader, const Cursor& at, std::expected<std::string, std::string> (*decode)(std::string_view),
                  Send& out) {
  const auto text = read_text(reader, at);
  if (!text) return;
  auto bytes = decode(*text);
  if (!bytes) return reader.error(at, std::move(bytes.error()));
  out.text = Template(*std::move(bytes));
}

void read_repeated(Reader& reader, const Cursor& at, Send& out) {
  constexpr auto kFields = std::to_array<Field<Send>>({{"of", read_text_form}, field<&Send::repeats>("count")});
  read_object(reader, at, kFields, out);
  reader.require(at, "of");
  reader.require(at, "count");
  if (out.text.constant().size() * out.repeats > Send::kMaxBytes) {
    reader.error(at, fmt::format("this comes to more than the {} that can be sent at once; put a send in a repeat step",
                                 text::format_size(Send::kMaxBytes)));
  }
}

void read_random_bytes(Reader& reader, const Cursor& at, Send& out) {
  read_whole_number(reader, at, 1, kMaxRandomBytes, out.random_bytes);
}

void read_chunks(Reader& reader, const Cursor& at, Send& out) {
  if (!is_filled_list(reader, at, "size")) return;
  for (std::size_t i = 0; i < at.node.elements.size(); ++i) {
    read_value(reader, at.element(i), out.chunks.emplace_back(1));
  }
}

/// What ends this text, whatever the framing says.
void read_own_end(Reader& reader, const Cursor& at, Send& out) {
  out.framing = {.kind = Framing::Kind::line};
  read_value(reader, at, out.framing.eol);
}

constexpr auto kForms = std::to_array<Field<Send>>({
    {"text", read_text_form},
    {"hex", [](Reader& reader, const Cursor& at, Send& out) { read_decoded(reader, at, decode_hex, out); }},
    {"base64", [](Reader& reader, const Cursor& at, Send& out) { read_decoded(reader, at, decode_base64, out); }},
    {"repeat", read_repeated},
    {"random", read_random_bytes},
});

constexpr auto kFormKeys = [] {
  std::array<std::string_view, kForms.size()> keys;
  std::ranges::transform(kForms, keys.begin(), &Field<Send>::key);
  return keys;
}();

void read_forms(Reader& reader, const Cursor& at, Send& out) {
  std::vector<std::string_view> forms;
  for (const Field<Send>& form : kForms) {
    const Member* member = at.find(form.key);
    if (member == nullptr) continue;
    forms.push_back(form.key);
    form.read(reader, at.member(*member), out);
  }
  if (forms.size() > 1) {
    const std::string form = fmt::format("{} takes one of the keys {}", at.name(), fmt::join(kFormKeys, ", "));
    constexpr std::string_view kHelp = R"(put each into a send of its own, all but the last with "eol": "none")";
    return reader.error(at, fmt::format("{}, and this one has {}; {}", form, fmt::join(forms, " and "), kHelp));
  }
  if (forms.empty())
    reader.error(at, fmt::format("{} needs one of the keys {}", at.name(), fmt::join(kFormKeys, ", ")));
}

void check_length(Reader& reader, const Cursor& at, const Send& send) {
  const std::uint64_t size = send.random_bytes + send.text.constant().size() * send.repeats;
  if (size <= send.framing.longest()) return;
  reader.error(
      at, fmt::format("a length of {} counts to {} at most, and this has {} bytes",
                      send.framing.prefix_bytes == 1 ? "1 byte" : fmt::format("{} bytes", send.framing.prefix_bytes),
                      send.framing.longest(), size));
}

}  // namespace

void read_send(Reader& reader, const Cursor& at, Send& out) {
  constexpr auto kFields = std::to_array<Field<Send>>({
      {"eol", read_own_end},
      {"chunks", read_chunks},
      field<&Send::chunk_delay>("chunk_delay"),
  });
  out.framing = reader.group.framing;
  out.place = reader.place(at);
  if (at.node.kind == Node::Kind::string) {
    read_text_form(reader, at, out);
  } else if (at.node.kind == Node::Kind::object) {
    read_object(reader, at, kFields, out, kFormKeys);
    read_forms(reader, at, out);
    if (at.find("chunk_delay") != nullptr) reader.require(at, "chunks");
  } else {
    return reader.wrong(at, "a string, or an object with \"text\" or another form");
  }
  check_length(reader, at, out);
}

}  // namespace client::scenario
