#include "client/run/failure.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "text/escape.h"

namespace client::run {

namespace {

/// How many failures that are alike are kept.
constexpr std::size_t kKept = 3;

/// Where the right part of a failure's first line begins, if the title leaves room.
constexpr std::size_t kWhoColumn = 51;

std::string render_one(const Failure& failure, const scenario::SourceFile& source, const std::string& scenario_name) {
  const std::string endpoint = failure.endpoint.empty() ? "" : ", " + failure.endpoint;
  const std::string title = "error: " + failure.title;
  std::string out = fmt::format("{:<{}}  scenario {}, client {} {}{}\n", title, kWhoColumn - 2,
                                text::quote(scenario_name), text::quote(failure.group), failure.client, endpoint);
  const std::string_view part = source.part_name(failure.place);
  out += !part.empty() ? fmt::format("  --> {}\n", part)
                       : fmt::format("  --> {}:{}:{}  {}\n", source.path(), failure.place.line, failure.place.column,
                                     failure.place.pointer);
  out += source.excerpt(failure.place);
  const std::string gutter = scenario::SourceFile::gutter(failure.place);
  for (const std::string& note : failure.notes) out += fmt::format("{}   {}\n", gutter, note);
  return out;
}

/// `"greeter" 17, 18, 20 and 409 more`.
std::string names_of(const FailureLog::Alike& alike) {
  std::string names;
  for (const Failure* last = nullptr; const Failure& failure : alike.kept) {
    const bool is_of_another_group = last == nullptr || last->group != failure.group;
    names += fmt::format("{}{}{}", last != nullptr ? ", " : "",
                         is_of_another_group ? text::quote(failure.group) + " " : "", failure.client);
    last = &failure;
  }
  if (alike.count > alike.kept.size()) names += fmt::format(" and {} more", alike.count - alike.kept.size());
  return names;
}

/// What came instead of what was expected; empty when the failure does not tell.
std::string_view received_by(const Failure& failure) {
  const auto note =
      std::ranges::find_if(failure.notes, [](const std::string& text) { return text.starts_with("received"); });
  return note == failure.notes.end() ? std::string_view() : *note;
}

/// A line for each that is kept beside the first and has received something else.
std::string differences(const FailureLog::Alike& alike) {
  std::string lines;
  for (const Failure& failure : alike.kept) {
    if (received_by(failure) == received_by(alike.kept.front())) continue;
    lines += fmt::format("  {} {}  {}\n", text::quote(failure.group), failure.client, received_by(failure));
  }
  return lines;
}

}  // namespace

void FailureLog::add(Failure failure) {
  Alike& alike =
      alike_[Key{failure.stage, failure.place.line, failure.place.column, failure.title, failure.cause.code}];
  ++alike.count;
  if (alike.kept.size() < kKept) alike.kept.push_back(std::move(failure));
}

void FailureLog::merge(FailureLog other) {
  for (auto& [key, theirs] : other.alike_) {
    Alike& ours = alike_[key];
    ours.count += theirs.count;
    for (Failure& failure : theirs.kept) ours.kept.push_back(std::move(failure));
    std::ranges::sort(ours.kept, {}, &Failure::client);
    if (ours.kept.size() > kKept) ours.kept.resize(kKept);
  }
}

std::vector<const FailureLog::Alike*> FailureLog::all() const {
  std::vector<const Alike*> all;
  for (const auto& [key, alike] : alike_) all.push_back(&alike);
  return all;
}

std::string FailureLog::render(const scenario::SourceFile& source, const std::string& scenario_name,
                               std::uint64_t clients) const {
  std::string out;
  for (const Alike* alike : all()) out += render(*alike, source, scenario_name, clients);
  return out;
}

std::string FailureLog::render(const Alike& alike, const scenario::SourceFile& source, const std::string& scenario_name,
                               std::uint64_t clients) {
  std::string out = render_one(alike.kept.front(), source, scenario_name);
  if (alike.count == 1) return out;
  out += clients > 0 ? fmt::format("{} of {} clients failed this step the same way: {}.\n", alike.count, clients,
                                   names_of(alike))
                     : fmt::format("{} iterations failed this step the same way.\n", alike.count);
  return out + differences(alike);
}

}  // namespace client::run
