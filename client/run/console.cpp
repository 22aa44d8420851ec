#include "client/run/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "client/run/exit_code.h"
#include "client/run/verdict_line.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

constexpr auto kRedrawBar = std::chrono::milliseconds(100);
constexpr auto kRepeatLine = std::chrono::seconds(10);
constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kUsualColumns = 80;

/// From so many on it is told how fast they were made.
constexpr std::uint64_t kManyConnections = 1000;

/// So many messages of clients are shown; the others are counted.
constexpr std::uint64_t kMostSaid = 1000;
constexpr std::size_t kShownOfMessage = 1000;  ///< in bytes

constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kClearLine = "\r\x1b[K";

bool wants_colours() {
  const char* no_color = std::getenv("NO_COLOR");
  return no_color == nullptr || *no_color == '\0';
}

std::size_t columns_of(std::FILE* terminal) {
  winsize size{};
  const bool is_known = ::ioctl(::fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kUsualColumns;
}

std::string bar(std::uint64_t done, std::uint64_t planned) {
  const std::size_t filled = planned == 0 ? kBarWidth : std::min<std::size_t>(kBarWidth, done * kBarWidth / planned);
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "]";
}

std::string progress_text(const Progress& progress) {
  if (progress.load) return line_of(*progress.load, progress.elapsed);
  const std::string failed = progress.failed > 0 ? fmt::format(", {} failed", progress.failed) : "";
  return fmt::format("{} of {} ended{}, {} connected, {}, {}", progress.passed + progress.failed,
                     counted(progress.planned, "client", "clients"), failed, progress.connected,
                     counted(progress.frames, "reply", "replies"), text::format_duration(progress.elapsed));
}

}  // namespace

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

Console::Detail Console::detail_of(int verbosity) {
  if (verbosity < 0) return Detail::quiet;
  if (verbosity == 0) return Detail::normal;
  return verbosity == 1 ? Detail::verbose : Detail::very_verbose;
}

Console::Console(Detail detail, std::FILE* out)
    : detail_(detail),
      out_(out),
      is_terminal_(::isatty(::fileno(out)) == 1),
      has_colours_(is_terminal_ && wants_colours()) {}

void Console::announce(const scenario::Scenario& scenario, std::uint64_t seed) const {
  using enum Detail;
  say_from(verbose, fmt::format("{}: {}, seed {}", text::escape(scenario.name),
                                counted(scenario.clients(), "client", "clients"), seed));
  for (const scenario::Group& group : scenario.groups) {
    say_from(
        very_verbose,
        fmt::format("  {}: {} to {}", text::escape(group.name), counted(group.count, "client", "clients"),
                    group.target.url.is_constant() ? text::escape(group.target.url.constant()) : "several targets"));
  }
}

Watcher Console::watch(const std::string& name, bool is_alone) {
  const std::string shown = text::escape(name);
  Watcher watcher;
  watcher.log = [this, shown](std::string_view message, const std::string& group, std::uint64_t client) {
    log(shown, message, group, client);
  };
  if (detail_ == Detail::quiet) return watcher;
  if (!is_terminal_ || !is_alone) {
    watcher.show = [this, shown](const Progress& progress) { say(shown + ": " + progress_text(progress)); };
    watcher.every = kRepeatLine;
    return watcher;
  }
  watcher.show = [this, shown](const Progress& progress) {
    if (progress.load) return say(fmt::format("{}{}: {}", kClearLine, shown, progress_text(progress)));
    std::string line = fmt::format("{} {} {}", shown, bar(progress.passed + progress.failed, progress.planned),
                                   progress_text(progress));
    // A line that wraps could not be cleared.
    line.resize(std::min(line.size(), columns_of(out_) - 1));
    write(fmt::format("{}{}", kClearLine, line));
  };
  watcher.every = kRedrawBar;
  return watcher;
}

void Console::log(const std::string& scenario, std::string_view message, const std::string& group,
                  std::uint64_t client) {
  if (said_.fetch_add(1) >= kMostSaid) return;
  write(fmt::format("{}log  {}, client {} {}: {}\n", is_terminal_ ? kClearLine : "", scenario, text::quote(group),
                    client, text::escape(message, kShownOfMessage)));
}

void Console::show(const scenario::Scenario& scenario, const ScenarioResult& result, const std::string& replay) {
  const Verdict verdict = judge(result);
  sum_.passed += verdict == Verdict::passed ? 1 : 0;
  sum_.clients += result.planned;
  sum_.frames += result.frames;
  sum_.elapsed += result.elapsed;
  std::string text = is_terminal_ ? std::string(kClearLine) : "";
  if (!result.warmup_failures.empty()) text += "in the warm-up, which judges nothing:\n";
  text += result.warmup_failures.render(scenario.source, scenario.name, result.failing());
  if (!result.warmup_failures.empty() && !result.failures.empty()) text += "after the warm-up:\n";
  text += result.failures.render(scenario.source, scenario.name, result.failing());
  if (!result.failures.empty() && !replay.empty()) text += fmt::format("again: {}\n", replay);
  write(text);
  const bool is_good = verdict == Verdict::passed || verdict == Verdict::skipped;
  if (is_good && detail_ == Detail::quiet) return;
  const std::string_view word = verdict == Verdict::skipped ? "skip" : is_good ? "ok  " : "FAIL";
  say(fmt::format("{} {}: {}", paint(word, is_good ? kGreen : kRed), text::escape(scenario.name),
                  verdict_line(scenario, result)));
  if (detail_ == Detail::quiet) return;
  if (result.connected >= kManyConnections) {
    const double seconds = std::chrono::duration<double>(result.connected_in).count();
    say(fmt::format("  {:<10}{} in {}, {}", "connected", result.connected, text::format_duration(result.connected_in),
                    text::format_rate(static_cast<double>(result.connected) / seconds)));
  }
  if (result.load) write(summary_of(*result.load, *scenario.load, result.failures, result.warmup_failures));
}

void Console::show_verdict(bool passed, std::uint64_t planned, std::string_view why) const {
  if (said_ > kMostSaid) say(fmt::format("log  {} more messages of clients are not shown", said_ - kMostSaid));
  if (passed && detail_ == Detail::quiet) return;
  say(fmt::format("{}: {} of {} passed, {}, {} matched, {}{}", paint(passed ? "PASS" : "FAIL", passed ? kGreen : kRed),
                  sum_.passed, counted(planned, "scenario", "scenarios"), counted(sum_.clients, "client", "clients"),
                  counted(sum_.frames, "reply", "replies"), text::format_duration(sum_.elapsed),
                  why.empty() ? "" : fmt::format(" ({})", why)));
}

void Console::complain(std::string_view what) const { say(fmt::format("echo_client: {}", what)); }

void Console::say(std::string_view line) const { write(fmt::format("{}\n", line)); }

void Console::say_from(Detail detail, std::string_view line) const {
  if (detail_ >= detail) say(line);
}

/// In one piece, so that nothing else comes between.
void Console::write(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

std::string Console::paint(std::string_view text, std::string_view colour) const {
  return has_colours_ ? fmt::format("{}{}{}", colour, text, kPlain) : std::string(text);
}

}  // namespace client::run
