#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "text/units.h"

namespace client {

namespace {

using command_line::add_duration;
using command_line::add_parsed;
using command_line::Help;
using command_line::parse_number;
using Json = nlohmann::ordered_json;

constexpr Help kBenchHelp{
    "Measures how fast a server that echoes lines is, and how slow at its worst.", "echo_client bench [OPTIONS] URL",
    R"(Without --rate, each connection sends when its reply has come: how much the server can do. With it, messages leave on
schedule whatever the server does, and latencies count from then: how long users wait. Every reply is compared. For more,
write a scenario with "load".

Exit status: as of echo_client run.

Examples:
  echo_client bench tcp://localhost:25000
  echo_client bench --connections 100 --depth 16 tcp://localhost:25000
  echo_client bench --rate 20000/s --arrival poisson --duration 1m tcp://localhost:25000)"};

constexpr std::uint64_t kMaxConnections = 10'000'000;
constexpr std::uint64_t kMaxDepth = 10'000;
constexpr std::uint64_t kMaxPayload = std::uint64_t{16} << 20;
constexpr std::uint64_t kLeastBuffer = std::uint64_t{1} << 20;

/// So many bytes that a shift of them shows.
std::string filler(std::uint64_t size) {
  constexpr std::string_view kBytes = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = kBytes[i % kBytes.size()];
  return text;
}

Json load_of(const BenchWords& words) {
  Json load{{"model", words.rate ? "open" : "closed"},
            {"warmup", fmt::format("{}ns", words.warmup.count())},
            {"duration", fmt::format("{}ns", words.duration.count())},
            {"depth", words.depth}};
  if (!words.rate) return load;
  load["rate"] = fmt::format("{}/s", *words.rate);
  load["arrival"] = words.is_poisson ? "poisson" : "constant";
  if (words.max_in_flight) load["max_in_flight"] = *words.max_in_flight;
  return load;
}

Json scenario_of(const BenchWords& words) {
  const std::string line = filler(words.payload - 1);
  const std::uint64_t buffer = 2 * words.depth * (words.payload + words.prefix.size());
  Json group{{"name", "connection"}, {"count", words.connections}};
  if (words.reconnect) group["connection"] = "per_iteration";
  if (words.connect_rate) group["connect_rate"] = fmt::format("{}/s", *words.connect_rate);
  group["steps"] = {{{"exchange", {{"send", line}, {"expect", words.prefix + line}}}}};
  return {{"name", "bench"},
          {"defaults", {{"max_buffer", std::max(buffer, kLeastBuffer)}}},
          {"load", load_of(words)},
          {"clients", Json::array({std::move(group)})}};
}

}  // namespace

void add_bench_options(CLI::App& app, RunOptions& options, BenchWords& words) {
  describe(app, kBenchHelp);
  constexpr const char* kGroup = "Load";
  app.add_option("url", words.url)->group("");
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
  add_parsed(app, "--payload", words.payload, text::parse_size, "bytes of a message, its line feed included (64)")
      ->type_name("SIZE")
      ->group(kGroup);
  add_parsed(app, "--depth", words.depth, parse_number<std::uint64_t, 1, kMaxDepth>,
             "messages under way on a connection (1)")
      ->type_name("N")
      ->group(kGroup);
  add_parsed(app, "--connect-rate", words.connect_rate, text::parse_rate, "connect no faster (no limit)")
      ->type_name("RATE")
      ->group(kGroup);
  app.add_flag("--reconnect", words.reconnect, "connect anew for each message")->group(kGroup);
  app.add_option("--prefix", words.prefix, "what the server puts in front of a line (GOT:)")
      ->type_name("TEXT")
      ->group(kGroup);
  add_timeout(app, options);
  add_engine_options(app, options);
}

CommandLine finish_bench(RunOptions options, const BenchWords& words) {
  if (words.url.empty()) return usage_error("the URL of a server is missing", kBench);
  auto target = transport::parse_url(words.url);
  if (!target) return usage_error(fmt::format("{}: {}", words.url, target.error()), kBench);
  if (words.payload < 1 || words.payload > kMaxPayload) {
    return usage_error("--payload is from 1 byte to 16 MiB", kBench);
  }
  if (words.reconnect && words.depth > 1) return usage_error("--reconnect leaves no room for --depth", kBench);
  const bool is_open_only = words.is_poisson || words.max_in_flight;
  if (is_open_only && !words.rate) return usage_error("--arrival and --max-in-flight are for --rate", kBench);
  if (words.duration <= sched::Duration::zero()) return usage_error("--duration is more than 0s", kBench);
  options.target = std::move(*target);
  options.generated = scenario_of(words).dump(2);
  return options;
}

}  // namespace client
