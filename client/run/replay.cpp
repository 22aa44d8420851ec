#include "client/run/replay.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/report/file.h"
#include "client/scenario/load.h"
#include "text/shell.h"

namespace client::run {

namespace {

/// Words that make one option, with quotation marks around those that CLI11 would split or take the marks off.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    const bool is_plain = !word.empty() && word.find_first_of(" \"'`") == std::string::npos;
    const char mark = word.contains('"') ? word.contains('\'') ? '`' : '\'' : '"';
    text += is_plain ? word : fmt::format("{}{}{}", mark, word, mark);
  }
  return text;
}

/// The word that names the scenario's file.
std::string file_of(const RunOptions& options, const scenario::Scenario& scenario) {
  if (options.generated) return options.write;
  const bool is_standard_input = scenario.source.path() == scenario::kStandardInput;
  return std::string(is_standard_input ? scenario::kStandardInputWord : scenario.source.path());
}

std::string_view name_of(sched::BackendKind backend) {
  return backend == sched::BackendKind::epoll ? "epoll" : "io_uring";
}

}  // namespace

std::string replay_command(const RunOptions& options, const scenario::Scenario& scenario, std::uint64_t seed,
                           std::optional<std::uint64_t> rechunk) {
  const bool is_kept = !options.write.empty() && !report::is_stream(options.write);
  if (options.generated && !is_kept) return {};
  std::vector<std::string> words{options.program, "run"};
  const auto add = [&words](std::string_view option, std::string_view value) {
    words.emplace_back(option);
    words.emplace_back(value);
  };
  if (options.target) add("--target", to_string(*options.target));
  if (options.embedded) words.emplace_back("--embedded");
  if (!options.spawn.empty()) add("--spawn", joined(options.spawn));
  if (options.simulate) words.emplace_back("--simulate");
  if (!options.server_options.empty()) add("--server-options", joined(options.server_options));
  // One that this scenario does not use would be refused.
  for (const std::string& name : scenario.given) add("--var", fmt::format("{}={}", name, options.variables.at(name)));
  add("--seed", std::to_string(seed));
  if (rechunk) add("--rechunk", std::to_string(*rechunk));
  if (options.backend != sched::BackendKind::automatic) add("--backend", name_of(options.backend));
  if (options.threads != 1) add("--threads", std::to_string(options.threads));
  words.push_back(file_of(options, scenario));
  std::ranges::transform(words, words.begin(), [](const std::string& word) { return text::shell_word(word); });
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace client::run
