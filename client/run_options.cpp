#include <algorithm>
#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "client/commands.h"
#include "text/escape.h"
#include "text/units.h"

namespace client {

namespace {

using command_line::add_duration;
using command_line::add_parsed;
using command_line::Help;
using command_line::kOther;
using command_line::parse_number;
using command_line::Words;

constexpr Help kRunHelp{
    "Runs scenario files, and those in folders, and judges every reply.", "echo_client [run] [OPTIONS] FILE|DIR...",
    R"(Of a folder all files *.json are run that are scenarios; - is standard input. A duration is a number and a unit: ns,
us, ms, s, m or h. In COMMAND and ARGS, a word with blanks stands in quotation marks; there is no shell.

Exit status: 0 all passed, 1 an assertion failed, 2 usage or an invalid scenario, 3 could not test, 4 a threshold did
not hold, 5 nothing was selected or all was skipped, 6 the timeout, 7 a report or other output could not be written,
129, 130 or 143 a signal: SIGHUP, SIGINT, SIGTERM. After one of these and after the timeout, too, teardowns are run; a
second signal ends all.

Examples:
  echo_client scenarios/multi.json
  echo_client run --target tcp://10.0.0.5:7 --only 'echo-*' scenarios
  echo_client run --spawn echo_server scenarios
  echo_client run --simulate --seed 42 scenarios/multi.json)"};

constexpr unsigned kMaxJobs = 256;

std::expected<std::chrono::nanoseconds, std::string> parse_positive(std::string_view text) {
  const auto duration = text::parse_duration(text);
  if (duration && *duration == std::chrono::nanoseconds::zero()) return std::unexpected("nothing ends within 0s");
  return duration;
}

constexpr const char* kTheRun = "The run";
constexpr const char* kOutput = "Output";

/// Whether each word that begins with a quotation mark ends with it, as CLI11 splits them: it takes the rest for one.
bool closes_quotes(std::string_view text) {
  while (!text.empty()) {
    const char first = text.front();
    const bool is_quoted = std::string_view("\"'`").contains(first);
    std::size_t end = text.find(is_quoted ? first : ' ', 1);
    while (is_quoted && end != std::string_view::npos && text[end - 1] == '\\') end = text.find(first, end + 1);
    if (is_quoted && end == std::string_view::npos) return false;
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
  }
  return true;
}

/// Words with blanks between them; one that holds blanks stands in quotation marks.
CLI::Option* add_words(CLI::App& app, const std::string& name, Words& value, const std::string& about) {
  const auto take = [&value, name](const std::string& text) {
    if (!closes_quotes(text)) throw CLI::ValidationError(name, "a quotation mark is not closed");
    value = CLI::detail::split_up(text);
  };
  return app.add_option_function<std::string>(name, take, about);
}

/// A check of CLI11: what is wrong, or nothing.
std::string is_not_blank(const std::string& text) {
  return text.find_first_not_of(' ') == std::string::npos ? "it is empty" : "";
}

/// KIND=FILE.
std::expected<ReportTarget, std::string> parse_report(const std::string& text) {
  using enum report::Format;
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string kind = text.substr(0, equals);
  const std::string file = text.substr(std::min(equals + 1, text.size()));
  for (const auto& [name, format] :
       {std::pair("json", json), std::pair("junit", junit), std::pair("tap", tap), std::pair("hdr", hdr)}) {
    if (kind == name && !file.empty()) return ReportTarget{.format = format, .path = file};
  }
  return std::unexpected("write KIND=FILE, where KIND is json, junit, tap or hdr");
}

void add_reports(std::vector<ReportTarget>& reports, const Words& texts) {
  for (const std::string& text : texts) {
    const std::string what = fmt::format("--report {}", text::quote(text));
    auto target = parse_report(text);
    if (!target) throw CLI::ValidationError(what, target.error());
    if (std::ranges::find(reports, target->path, &ReportTarget::path) != reports.end()) {
      throw CLI::ValidationError(what, "another report goes there");
    }
    reports.push_back(std::move(*target));
  }
}

void add_target_options(CLI::App& app, RunOptions& options) {
  constexpr const char* kGroup = "What is tested (by default the target of each scenario)";
  CLI::Option* target = add_target(app, options.target)->group(kGroup);
  CLI::Option* embedded =
      app.add_flag("--embedded", options.embedded, "start echo_server inside this process")->group(kGroup);
  CLI::Option* spawn = add_words(app, "--spawn", options.spawn,
                                 "start a server, and stop it at the end; it is ready when the\n"
                                 "targets that --target or the scenarios name accept, which none\n"
                                 "may do before, or where none is named when it says where it is,\n"
                                 "as echo_server does")
                           ->check(is_not_blank)
                           ->type_name("COMMAND")
                           ->group(kGroup);
  CLI::Option* simulate =
      app.add_flag("--simulate", options.simulate, "simulate echo_server, network and clock in memory")->group(kGroup);
  add_words(app, "--server-options", options.server_options, "what echo_server gets, for --embedded and --simulate")
      ->type_name("ARGS")
      ->group(kGroup);
  embedded->excludes(target)->excludes(spawn);
  simulate->excludes(target)->excludes(embedded)->excludes(spawn);
}

void add_scenario_options(CLI::App& app, RunOptions& options) {
  constexpr const char* kGroup = "Scenarios";
  app.add_option("paths", options.paths)->group("");
  add_selection(app, options.selection, kGroup);
  app.add_flag("--list", options.list, "print what would run, and run nothing")->group(kGroup);
  add_variables(app, options.variables)->group(kGroup);
  add_parsed(app, "--seed", options.seed, parse_number<std::uint64_t>, "repeat what was drawn at random")
      ->type_name("N")
      ->group(kGroup);
  add_parsed(app, "--rechunk", options.rechunk, parse_number<std::uint64_t>,
             "send the same bytes in other pieces, drawn from a seed")
      ->type_name("SEED")
      ->group(kGroup);
}

void add_control_options(CLI::App& app, RunOptions& options) {
  add_parsed(app, "--repeat", options.repeat, parse_number<std::uint64_t, 1>,
             "run it all N times, each time with the next seed (1)")
      ->type_name("N")
      ->group(kTheRun);
  add_parsed(app, "--jobs", options.jobs, parse_number<unsigned, 1, kMaxJobs>, "run N scenarios at a time (1)")
      ->type_name("N")
      ->group(kTheRun);
  app.add_flag("--fail-fast", options.fail_fast, "end after the first scenario that does not pass")->group(kTheRun);
  add_timeout(app, options);
}

}  // namespace

void add_run_options(CLI::App& app, RunOptions& options) {
  describe(app, kRunHelp);
  add_target_options(app, options);
  add_scenario_options(app, options);
  add_control_options(app, options);
  add_engine_options(app, options);
  CLI::Option* simulate = app.get_option("--simulate");
  for (const char* engine : {"--backend", "--threads", "--spin"}) app.get_option(engine)->excludes(simulate);
}

void add_timeout(CLI::App& app, RunOptions& options) {
  add_parsed(app, "--timeout", options.timeout, parse_positive,
             "end the whole run, in real time (5m, or the planned load and 1m)")
      ->type_name("DURATION")
      ->group(kTheRun);
}

void add_report_option(CLI::App& app, RunOptions& options) {
  app.add_option_function<Words>(
         "--report", [&options](const Words& texts) { add_reports(options.reports, texts); },
         "write a report, KIND being json, junit, tap or hdr and FILE -\nfor standard output; repeatable")
      ->allow_extra_args(false)
      ->type_name("KIND=FILE")
      ->group(kOutput);
}

void add_write_option(CLI::App& app, RunOptions& options) {
  app.add_option("--write", options.write, "keep the scenario in a file, for echo_client run")
      ->take_last()
      ->type_name("FILE")
      ->group(kOutput);
}

void add_verbosity(CLI::App& app, RunOptions& options) {
  CLI::Option* quiet =
      app.add_flag_callback("--quiet", [&options] { options.verbosity = -1; }, "tell failures only")->group(kOther);
  app.add_flag("-v", options.verbosity, "tell more; -vv still more")->group(kOther)->excludes(quiet);
}

void add_engine_options(CLI::App& app, RunOptions& options) {
  add_udp(app);
  add_report_option(app, options);
  constexpr const char* kEngine = "Engine";
  add_backend(app, options.backend)->group(kEngine);
  add_parsed(app, "--threads", options.threads, parse_number<unsigned, 0, 1024>,
             "run as many schedulers, one a thread (1); 0: one a core")
      ->type_name("N")
      ->group(kEngine);
  add_duration(app, "--spin", options.spin, "let an idle scheduler look for as long before it sleeps (0s)")
      ->group(kEngine);
  add_verbosity(app, options);
}

CommandLine finish(RunOptions options) {
  if (options.paths.empty()) return usage_error("a file or folder to run is missing", kRun);
  if (!options.server_options.empty() && !options.embedded && !options.simulate) {
    return usage_error("--server-options is for --embedded and --simulate", kRun);
  }
  return options;
}

}  // namespace client
