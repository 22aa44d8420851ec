#include "client/run/missing.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "scheduler/file.h"
#include "text/escape.h"
#include "text/suggestion.h"

namespace client::run {

namespace {

constexpr std::size_t kMaxShown = 200;     // In bytes.
constexpr std::size_t kMostLooked = 5000;  // Files.

constexpr std::string_view kEnding = ".json";

std::string_view without_ending(std::string_view name) {
  if (name.ends_with(kEnding)) name.remove_suffix(kEnding.size());
  return name;
}

/// HOST:PORT as connect takes it; empty when it is none.
std::string address_in(std::string_view word) {
  const std::size_t colon = word.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || word.contains('/')) return {};
  std::string_view host = word.substr(0, colon);
  const std::string_view port = word.substr(colon + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (port.empty() || !std::ranges::all_of(port, is_digit)) return {};
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return fmt::format("{} {}", host, port);
}

/// The names of the scenarios and folders in `folder`, or of as many as can be looked at quickly.
std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end;
       !error && entry != end && names.size() < kMostLooked; entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (path.extension() == kEnding || entry->is_directory(error)) names.push_back(path.filename());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::string what_was_meant(const std::filesystem::path& path) {
  const auto did_you_mean = [](const std::string& meant) {
    return fmt::format(", did you mean {}?", text::quote(meant, kMaxShown));
  };
  if (const std::string address = address_in(path.string()); !address.empty()) return did_you_mean(address);
  std::error_code error;
  const std::string with_ending = path.string() + std::string(kEnding);
  if (std::filesystem::exists(with_ending, error)) return did_you_mean(with_ending);
  const std::vector<std::string> names = names_in(sched::folder_of(path));
  // What all of them end in makes none of them like another.
  std::vector<std::string_view> stems;
  for (const std::string& name : names) stems.push_back(without_ending(name));
  const std::string name = path.filename();
  const std::string_view nearest = text::nearest(without_ending(name), stems);
  if (!nearest.empty()) {
    const auto place = std::ranges::find(stems, nearest) - stems.begin();
    return did_you_mean(path.parent_path() / names[static_cast<std::size_t>(place)]);
  }
  const bool may_be_host = path.string().find_first_of("/:") == std::string::npos && path.extension() != kEnding;
  return may_be_host ? "; what is connected to is HOST PORT, where PORT is a number, or a URL" : "";
}

}  // namespace client::run
