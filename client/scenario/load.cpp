#include "client/scenario/load.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "client/scenario/json.h"
#include "client/scenario/scenario_reader.h"
#include "scheduler/result.h"
#include "text/units.h"

namespace client::scenario {

namespace {

constexpr std::size_t kMaxFile = std::size_t{16} << 20;

std::string reason(const char* operation, int error_number) {
  return "cannot be read: " + sched::describe(sched::system_error(operation, error_number).error());
}

/// A file's text. The error says why it cannot be read.
std::expected<std::string, std::string> read_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return std::unexpected(reason("open", error.value()));
  if (!std::filesystem::is_regular_file(status)) return std::unexpected("is not a file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(std::min<std::uintmax_t>(std::filesystem::file_size(path, error), kMaxFile) + 1, '\0');
  if (!file || error) return std::unexpected(reason("open", errno));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::unexpected(reason("read", errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxFile) {
    return std::unexpected(fmt::format("is too big; a scenario has {} at most", text::format_size(kMaxFile)));
  }
  return text;
}

/// A folder that holds a file of this name is read when it is named, and not with those above it.
constexpr const char* kByName = ".by-name";

bool is_scenario(const std::filesystem::path& path) {
  const std::string name = path.filename();
  return name.ends_with(".json") && !name.ends_with(".schema.json");
}

}  // namespace

std::expected<Scenario, std::vector<Diagnostic>> load(const std::string& path, const LoadOptions& options) {
  auto text = read_file(path);
  if (text) return parse(path, std::move(*text), options);
  return std::unexpected(std::vector{Diagnostic{.path = path, .place = {}, .message = text.error(), .excerpt = {}}});
}

std::expected<Scenario, std::vector<Diagnostic>> parse(std::string path, std::string text, const LoadOptions& options) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  SourceFile source(std::move(path), std::move(text));
  DiagnosticList errors(source);
  Scenario scenario;
  if (const auto root = parse_json(source, errors)) scenario = read_scenario(source, *root, options, errors);
  if (!errors.empty()) return std::unexpected(errors.take());
  scenario.source = std::move(source);
  return scenario;
}

std::expected<std::vector<std::string>, std::string> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      if (error) return std::unexpected(fmt::format("{} {}", path, reason("open", error.value())));
      found.push_back(path);
      continue;
    }
    std::vector<std::string> in_folder;
    for (std::filesystem::recursive_directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->is_directory(error) && std::filesystem::exists(entry->path() / kByName, error))
        entry.disable_recursion_pending();
      if (entry->is_regular_file(error) && is_scenario(entry->path())) in_folder.push_back(entry->path());
    }
    if (error) return std::unexpected(fmt::format("{} {}", path, reason("open", error.value())));
    std::ranges::sort(in_folder);
    found.insert(found.end(), in_folder.begin(), in_folder.end());
  }
  return found;
}

}  // namespace client::scenario
