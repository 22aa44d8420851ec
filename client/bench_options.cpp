#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/command_line_text.h"
#include "client/commands.h"
#include "client/dialogue.h"
#include "text/escape.h"
#include "text/units.h"

namespace client {

namespace {

using command_line::add_duration;
using command_line::add_parsed;
using command_line::Help;
using command_line::parse_number;
using Json = nlohmann::ordered_json;

constexpr Help kBenchHelp{
    "Measures how fast a server is, and how slow at its worst.",
    "echo_client bench [OPTIONS] URL [--send TEXT --expect TEXT...]",
    R"(What is sent and what has to come is said as in echo_client exchange, and done again and again. Where nothing is said,
the server is one that echoes lines, as echo_server does.

Without --rate, each connection sends when its reply has come: how much the server can do. With it, messages leave on
schedule whatever the server does, and latencies count from then: how long users wait. Every reply is compared. For more,
keep the scenario with --write, and change it.

Exit status: as of echo_client run.

Examples:
  echo_client bench tcp://localhost:25000
  echo_client bench --eol crlf --send PING --expect +PONG tcp://localhost:6379
  echo_client bench --connections 100 --depth 16 tcp://localhost:25000
  echo_client bench --rate 20000/s --arrival poisson --duration 1m tcp://localhost:25000)"};

constexpr std::uint64_t kMaxConnections = 10'000'000;
constexpr std::uint64_t kMaxDepth = 10'000;
constexpr std::uint64_t kMaxPayload = std::uint64_t{16} << 20;
constexpr std::uint64_t kLeastBuffer = std::uint64_t{1} << 20;
constexpr std::size_t kMaxShown = 60;  // In bytes.

constexpr const char* kSteps = "/clients/0/steps";

/// So many bytes that a shift of them shows.
std::string filler(std::uint64_t size) {
  constexpr std::string_view kBytes = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = kBytes[i % kBytes.size()];
  return text;
}

Json load_of(const BenchWords& words) {
  Json load{{"model", words.rate ? "open" : "closed"},
            {"warmup", text::exact_duration(words.warmup)},
            {"duration", text::exact_duration(words.duration)},
            {"depth", words.depth}};
  if (!words.rate) return load;
  load["rate"] = fmt::format("{}/s", *words.rate);
  load["arrival"] = words.is_poisson ? "poisson" : "constant";
  if (words.max_in_flight) load["max_in_flight"] = *words.max_in_flight;
  return load;
}

/// Of an end of line, in bytes.
std::uint64_t size_of_end(const CommandLineText& line) { return line.value_of("--eol") == "crlf" ? 2 : 1; }

/// An echoed line, when it is not said what is sent and expected.
Json echoed_steps(const BenchWords& words, CommandLineText& line) {
  const std::string text = filler(words.payload - size_of_end(line));
  line.add_part_of(kSteps, CommandLineText::kAlone,
                   fmt::format("no --send and --expect: the server is to echo lines with {} in front (--prefix)",
                               text::quote(words.prefix, kMaxShown)));
  return {{{"exchange", {{"send", text}, {"expect", expected_text(words.prefix + text)}}}}};
}

/// More than what is unread when all answers that are under way come at once.
std::uint64_t buffer_of(const BenchWords& words, const CommandLineText& line) {
  std::uint64_t answers = words.payload + words.prefix.size();
  for (const command_line::Given& given : line.given()) answers += given.value.size();
  return std::max(2 * words.depth * answers, kLeastBuffer);
}

/// What options of a load are in a scenario.
void add_parts(CommandLineText& line) {
  line.add_part_of("/target", CommandLineText::kAlone);
  for (const char* name : {"warmup", "duration", "depth", "rate", "arrival"}) {
    line.add_part_of(fmt::format("/load/{}", name), fmt::format("--{}", name));
  }
  line.add_part_of("/load/max_in_flight", "--max-in-flight");
  // What steps go with it.
  line.add_part_of("/clients/0", "--depth");
  line.add_part_of("/clients/0/count", "--connections");
  line.add_part_of("/clients/0/connect_rate", "--connect-rate");
  line.add_part_of("/clients/0/connection", "--reconnect");
}

Json scenario_of(const BenchWords& words, CommandLineText& line) {
  add_parts(line);
  Json group{{"name", "connection"}, {"count", words.connections}};
  if (words.reconnect) group["connection"] = "per_iteration";
  if (words.connect_rate) group["connect_rate"] = fmt::format("{}/s", *words.connect_rate);
  if (line.has(kAllowExtra)) group["allow_extra"] = true;
  group["steps"] = has_dialogue(line) ? dialogue_steps(line, kSteps).steps : echoed_steps(words, line);
  Json scenario{{"name", "bench"}, {"target", words.urls.front()}};
  add_framing(scenario, line);
  scenario["defaults"] = {{"max_buffer", buffer_of(words, line)}};
  scenario["load"] = load_of(words);
  scenario["clients"] = Json::array({std::move(group)});
  return scenario;
}

std::string mistake_in(const BenchWords& words, const CommandLineText& line) {
  if (std::string mistake = mistake_in_server(words.urls); !mistake.empty()) return mistake;
  if (words.payload < size_of_end(line) || words.payload > kMaxPayload) {
    return fmt::format("--payload is from {} to 16 MiB", size_of_end(line) == 1 ? "1 byte" : "2 bytes");
  }
  if (words.reconnect && words.depth > 1) return "--reconnect leaves no room for --depth";
  const bool is_open_only = words.is_poisson || words.max_in_flight;
  if (is_open_only && !words.rate) return "--arrival and --max-in-flight are for --rate";
  if (words.duration <= sched::Duration::zero()) return "--duration is more than 0s";
  if (has_dialogue(line) && (line.has("--payload") || line.has("--prefix"))) {
    return "--payload and --prefix are for lines that are echoed, without --send and --expect";
  }
  if (has_dialogue(line) && !has_expectation(line)) return "what is not answered is not measured: add --expect TEXT";
  return mistake_in_dialogue(line);
}

void add_load_options(CLI::App& app, BenchWords& words) {
  constexpr const char* kGroup = "Load";
  add_parsed(app, "--connections", words.connections, parse_number<std::uint64_t, 1, kMaxConnections>,
             "connections at once (10)")
      ->type_name("N")
      ->group(kGroup);
  add_parsed(app, "--rate", words.rate, text::parse_rate, "send on schedule: as in 5000/s, of all connections together")
      ->type_name("RATE")
      ->group(kGroup);
  add_parsed(app, "--arrival", words.is_poisson, command_line::Choice<bool>({{"constant", false}, {"poisson", true}}),
             "constant or poisson, with --rate (constant)")
      ->type_name("KIND")
      ->group(kGroup);
  add_parsed(app, "--max-in-flight", words.max_in_flight, parse_number<std::uint64_t, 1>,
             "drop what would be over so many, with --rate (no limit)")
      ->type_name("N")
      ->group(kGroup);
  add_duration(app, "--duration", words.duration, "measure for so long (10s)")->group(kGroup);
  add_duration(app, "--warmup", words.warmup, "go so long before that (1s)")->group(kGroup);
  add_parsed(app, "--depth", words.depth, parse_number<std::uint64_t, 1, kMaxDepth>,
             "messages under way on a connection (1)")
      ->type_name("N")
      ->group(kGroup);
  add_parsed(app, "--connect-rate", words.connect_rate, text::parse_rate, "connect no faster (no limit)")
      ->type_name("RATE")
      ->group(kGroup);
  app.add_flag("--reconnect", words.reconnect, "connect anew for each message")->group(kGroup);
}

/// What goes to a server that echoes lines.
void add_echo_options(CLI::App& app, BenchWords& words) {
  constexpr const char* kGroup = "What is echoed, where it is not said what is sent";
  add_parsed(app, "--payload", words.payload, text::parse_size, "bytes of a message, with the end of its line (64)")
      ->type_name("SIZE")
      ->group(kGroup);
  app.add_option("--prefix", words.prefix, "what the server puts in front of a line (GOT:)")
      ->type_name("TEXT")
      ->group(kGroup);
}

}  // namespace

void add_bench_options(CLI::App& app, RunOptions& options, BenchWords& words) {
  describe(app, kBenchHelp);
  app.add_option("url", words.urls)->group("");
  add_dialogue_options(app);
  add_echo_options(app, words);
  add_load_options(app, words);
  add_timeout(app, options);
  add_write_option(app, options);
  add_engine_options(app, options);
}

CommandLine finish_bench(RunOptions options, const BenchWords& words, CommandLineText line) {
  if (const std::string mistake = mistake_in(words, line); !mistake.empty()) return usage_error(mistake, kBench);
  options.generated = generated(scenario_of(words, line), line);
  return options;
}

}  // namespace client
