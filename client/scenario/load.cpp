#include "client/scenario/load.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "client/scenario/json.h"
#include "client/scenario/scenario_reader.h"
#include "scheduler/file.h"
#include "scheduler/result.h"
#include "text/escape.h"
#include "text/suggestion.h"
#include "text/units.h"

namespace client::scenario {

namespace {

constexpr std::size_t kMaxShown = 200;  // Of a path, in bytes.
constexpr std::size_t kMaxFile = std::size_t{16} << 20;

std::string reason(const char* operation, int error_number) {
  return "cannot be read: " + sched::describe(sched::system_error(operation, error_number).error());
}

std::string too_big() { return fmt::format("is too big; a scenario has {} at most", text::format_size(kMaxFile)); }

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
  if (text.size() > kMaxFile) return std::unexpected(too_big());
  return text;
}

/// A folder that holds a file of this name is read when it is named, and not with those above it.
constexpr const char* kByName = ".by-name";

bool is_scenario(const std::filesystem::path& path) {
  const std::string name = path.filename();
  return name.ends_with(".json") && !name.ends_with(".schema.json");
}

/// All of standard input. Not a second time.
std::expected<std::string, std::string> read_standard_input() {
  auto text = sched::read_all(STDIN_FILENO, kMaxFile + 1);
  if (!text) return std::unexpected("cannot be read: " + describe(text.error()));
  if (text->size() > kMaxFile) return std::unexpected(too_big());
  return *std::move(text);
}

std::vector<Diagnostic> unreadable(std::string path, std::string why) {
  return {Diagnostic{.path = std::move(path), .place = {}, .message = std::move(why), .excerpt = {}}};
}

/// A text, and the tree that was made of it.
struct Parsed {
  explicit Parsed(SourceFile file) : source(std::move(file)) { root = parse_json(source, errors); }
  Parsed(std::string path, std::string text) : Parsed(SourceFile(std::move(path), without_mark(std::move(text)))) {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;
  ~Parsed() = default;

  static std::string without_mark(std::string text) {
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    return text;
  }

  /// Once.
  std::expected<Scenario, std::vector<Diagnostic>> scenario(const LoadOptions& options) {
    Scenario scenario;
    if (root) scenario = read_scenario(source, *root, options, errors);
    if (!errors.empty()) return std::unexpected(errors.take());
    scenario.source = std::move(source);
    return scenario;
  }

  SourceFile source;
  DiagnosticList errors{source};
  std::optional<Node> root;
};

constexpr std::string_view kClients = "clients";

/// A list under a key that was meant to be "clients" makes it a scenario, too: it is not passed over.
std::optional<NoScenario> no_scenario(const Node& root) {
  if (root.kind != Node::Kind::object) return NoScenario{"it is no object"};
  const auto is_clients = [](const Member& member) {
    return member.key == kClients ||
           (member.value.kind == Node::Kind::list && !text::did_you_mean(member.key, std::span(&kClients, 1)).empty());
  };
  if (std::ranges::any_of(root.members, is_clients)) return std::nullopt;
  return NoScenario{fmt::format("it has no \"{}\"", kClients)};
}

/// The scenarios of a folder, sorted.
std::expected<std::vector<Found>, std::string> find_in_folder(const std::string& folder, const LeftOut& left_out) {
  std::vector<Found> found;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    const bool is_left_out = left_out && left_out(path, path.lexically_relative(folder));
    if (entry->is_directory(error) && (is_left_out || std::filesystem::exists(path / kByName, error))) {
      entry.disable_recursion_pending();
    }
    if (!is_left_out && entry->is_regular_file(error) && is_scenario(path)) {
      found.push_back({.path = path, .is_named = false});
    }
  }
  if (error) return std::unexpected(fmt::format("{} {}", folder, reason("open", error.value())));
  std::ranges::sort(found, {}, &Found::path);
  return found;
}

}  // namespace

std::expected<Scenario, std::vector<Diagnostic>> load(const std::string& path, const LoadOptions& options) {
  const bool is_standard_input = path == kStandardInputWord;
  std::string name(is_standard_input ? kStandardInput : path);
  auto text = is_standard_input ? read_standard_input() : read_file(path);
  if (!text) return std::unexpected(unreadable(std::move(name), text.error()));
  return parse(std::move(name), std::move(*text), options);
}

std::expected<Scenario, std::vector<Diagnostic>> parse(SourceFile source, const LoadOptions& options) {
  return Parsed(std::move(source)).scenario(options);
}

std::expected<Scenario, std::vector<Diagnostic>> parse(std::string path, std::string text, const LoadOptions& options) {
  return Parsed(std::move(path), std::move(text)).scenario(options);
}

std::expected<std::variant<Scenario, NoScenario>, std::vector<Diagnostic>> load_if_scenario(
    const std::string& path, const LoadOptions& options) {
  auto text = read_file(path);
  if (!text) return std::unexpected(unreadable(path, text.error()));
  Parsed parsed(path, std::move(*text));
  if (auto none = parsed.root ? no_scenario(*parsed.root) : std::nullopt) return *std::move(none);
  return parsed.scenario(options);
}

std::expected<std::vector<Found>, std::string> find_scenarios(const std::vector<std::string>& paths,
                                                              const LeftOut& left_out) {
  std::vector<Found> found;
  bool has_standard_input = false;
  for (const std::string& path : paths) {
    if (path == kStandardInputWord) {
      if (std::exchange(has_standard_input, true)) return std::unexpected("standard input can be read only once");
      found.push_back({.path = path});
      continue;
    }
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      if (left_out && left_out(path, std::filesystem::path(path).filename())) continue;
      if (error == std::errc::no_such_file_or_directory) {
        return std::unexpected(fmt::format("there is no file or folder {}", text::quote(path, kMaxShown)));
      }
      if (error) return std::unexpected(fmt::format("{} {}", text::escape(path), reason("open", error.value())));
      found.push_back({.path = path});
      continue;
    }
    auto in_folder = find_in_folder(path, left_out);
    if (!in_folder) return in_folder;
    std::ranges::move(*in_folder, std::back_inserter(found));
  }
  return found;
}

}  // namespace client::scenario
