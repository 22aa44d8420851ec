#include "client/scenario/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "text/escape.h"

namespace client::scenario {

namespace {

constexpr std::size_t kMaxShownPointer = 300;

}  // namespace

std::string render(const Diagnostic& diagnostic) {
  const Place& place = diagnostic.place;
  std::string location = text::escape(diagnostic.path);
  if (place.line != 0) location += fmt::format(":{}:{}", place.line, place.column);
  const std::string pointer =
      place.pointer.empty() ? "" : fmt::format("  ({})", text::escape(place.pointer, kMaxShownPointer));
  return fmt::format("{}: error: {}{}\n{}", location, diagnostic.message, pointer, diagnostic.excerpt);
}

void DiagnosticList::add(Extent where, std::string pointer, std::string message) {
  if (!full()) add(source_.place(where.offset, where.length, std::move(pointer)), std::move(message));
}

void DiagnosticList::add(Place place, std::string message) {
  if (full()) return;
  std::string excerpt = source_.excerpt(place);
  entries_.push_back({source_.path(), std::move(place), std::move(message), std::move(excerpt)});
}

std::vector<Diagnostic> DiagnosticList::take() {
  std::ranges::sort(entries_, {}, [](const Diagnostic& diagnostic) {
    return std::tie(diagnostic.place.line, diagnostic.place.column, diagnostic.message);
  });
  // Of a text that the user has not seen, the place is no help.
  for (Diagnostic& diagnostic : entries_) {
    const std::string_view part = source_.part_name(diagnostic.place);
    if (part.empty()) continue;
    diagnostic.path = part;
    diagnostic.place = {};
  }
  return std::move(entries_);
}

}  // namespace client::scenario
