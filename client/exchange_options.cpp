#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/command_line_text.h"
#include "client/commands.h"
#include "client/dialogue.h"
#include "text/units.h"

namespace client {

namespace {

using command_line::add_parsed;
using command_line::Help;
using command_line::parse_number;
using sched::Duration;
using Json = nlohmann::ordered_json;

constexpr Help kExchangeHelp{
    "Says something to a server, and judges what it answers.",
    "echo_client exchange [OPTIONS] URL --send TEXT --expect TEXT...",
    R"(What is sent and what has to come stand in their order, as often as it takes. Lines are compared without their ends.
What comes and was not expected is a failure, too, unless there is --allow-extra. In TEXT, ${...} stands for a value as
in scenarios, and $${ for itself.

Exit status: as of echo_client run: 0 it was as expected, 1 it was not, 2 usage, 3 the server could not be reached.

Examples:
  echo_client exchange tcp://localhost:6379 --eol crlf --send PING --expect +PONG
  echo_client exchange tcp://localhost:25 --eol crlf --expect-matches '^220' --send 'HELO me' --expect-matches '^250'
  echo_client exchange tcp://localhost:80 --eol crlf --send 'GET / HTTP/1.0' --send '' \
    --expect-contains ' 200 ' --allow-extra --retry 30 --every 1s)"};

constexpr Duration kUsualEvery = std::chrono::seconds(1);
constexpr std::uint64_t kMaxRetries = 1'000'000;

using Seconds = std::chrono::duration<double>;

/// How long all of it may take, each step to its timeout. Not in nanoseconds, which there may be too many of.
Seconds longest(const ExchangeWords& words, std::size_t steps) {
  constexpr Seconds kUsualTimeout = std::chrono::seconds(10);  // Of connecting, which has the longer one.
  const Seconds timeout = words.timeout ? Seconds(*words.timeout) : kUsualTimeout;
  const Seconds attempt = timeout * static_cast<double>(steps + 1) + words.every.value_or(kUsualEvery);
  constexpr Seconds kMost = std::chrono::hours(24 * 365);
  return std::min(attempt * static_cast<double>(words.retries.value_or(0) + 1), kMost);
}

/// Attempts are made whole: a server that is coming up may take connections and not answer yet.
Json retried(const ExchangeWords& words, Json steps) {
  steps.insert(steps.begin(), Json{{"connect", Json::object()}});
  steps.push_back({{"close", Json::object()}});
  const std::string every = text::exact_duration(words.every.value_or(kUsualEvery));
  return {{"retry", {{"times", *words.retries + 1}, {"every", every}, {"until", std::move(steps)}}}};
}

/// The client, and what is not in its steps but told of them.
Json group_of(const ExchangeWords& words, CommandLineText& line) {
  constexpr const char* kSteps = "/clients/0/steps";
  Json group{{"name", "client"}};
  if (line.has(kAllowExtra)) group["allow_extra"] = true;
  if (!words.retries) {
    group["steps"] = dialogue_steps(line, kSteps).steps;
    return group;
  }
  const std::string retry = fmt::format("{}/0/retry", kSteps);
  const Dialogue dialogue = dialogue_steps(line, retry + "/until", 1);
  line.add_part(retry, dialogue.last);
  line.add_part_of(retry + "/times", "--retry");
  line.add_part_of(retry + "/every", "--every");
  line.add_part_of(retry + "/until/0/connect", CommandLineText::kAlone);
  group["connection"] = "manual";
  group["steps"] = Json::array({retried(words, dialogue.steps)});
  return group;
}

Json scenario_of(const ExchangeWords& words, CommandLineText& line, Seconds limit) {
  Json scenario{{"name", kExchange}, {"target", words.urls.front()}};
  line.add_part_of("/target", CommandLineText::kAlone);
  add_framing(scenario, line);
  Json defaults = Json::object();
  if (words.timeout) {
    defaults["timeout"] = defaults["connect_timeout"] = text::exact_duration(*words.timeout);
    line.add_part_of("/defaults", "--timeout");
  }
  constexpr Seconds kUsualLimit = std::chrono::minutes(1);
  if (limit > kUsualLimit) defaults["client_timeout"] = fmt::format("{:.0f}s", limit.count() + 1);
  if (!defaults.empty()) scenario["defaults"] = std::move(defaults);
  scenario["clients"] = Json::array({group_of(words, line)});
  return scenario;
}

std::string mistake_in(const ExchangeWords& words, const CommandLineText& line) {
  if (std::string mistake = mistake_in_server(words.urls); !mistake.empty()) return mistake;
  if (!has_dialogue(line)) return "nothing is said: give --send TEXT and --expect TEXT";
  if (words.every && !words.retries) return "--every is for --retry";
  return mistake_in_dialogue(line);
}

}  // namespace

void add_exchange_options(CLI::App& app, RunOptions& options, ExchangeWords& words) {
  describe(app, kExchangeHelp);
  app.add_option("url", words.urls)->group("");
  add_dialogue_options(app);
  constexpr const char* kGroup = "How long and how often";
  command_line::add_duration(app, "--timeout", words.timeout, "of connecting, and of each answer (10s and 5s)")
      ->group(kGroup);
  add_parsed(app, "--retry", words.retries, parse_number<std::uint64_t, 1, kMaxRetries>,
             "when it fails, try all of it again as often (0)")
      ->type_name("N")
      ->group(kGroup);
  command_line::add_duration(app, "--every", words.every, "with --retry, from one attempt to the next (1s)")
      ->group(kGroup);
  add_write_option(app, options);
  add_report_option(app, options);
  add_udp(app);
  add_backend(app, options.backend)->group(command_line::kOther);
  add_verbosity(app, options);
}

CommandLine finish_exchange(RunOptions options, const ExchangeWords& words, CommandLineText line) {
  if (const std::string mistake = mistake_in(words, line); !mistake.empty()) return usage_error(mistake, kExchange);
  const Seconds limit = longest(words, line.given().size());
  constexpr Seconds kUsualLimit = std::chrono::minutes(5);
  options.timeout = std::chrono::duration_cast<Duration>(std::max(kUsualLimit, limit + kUsualLimit));
  options.generated = generated(scenario_of(words, line, limit), line);
  return options;
}

}  // namespace client
