#include "client/run/console.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

constexpr auto kRedrawBar = std::chrono::milliseconds(100);
constexpr auto kRepeatLine = std::chrono::seconds(10);
constexpr std::size_t kBarWidth = 24;

constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kPlain = "\x1b[0m";
constexpr const char* kClearLine = "\r\x1b[K";

void write_error(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string bar(std::uint64_t done, std::uint64_t planned) {
  const std::size_t filled = planned == 0 ? kBarWidth : std::min<std::size_t>(kBarWidth, done * kBarWidth / planned);
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "]";
}

std::string progress_text(const Progress& progress) {
  std::string text = fmt::format("{} of {} clients ended, {} connected, {}", progress.passed + progress.failed,
                                 progress.planned, progress.connected, counted(progress.frames, "reply", "replies"));
  if (progress.failed > 0) text += fmt::format(", {} failed", progress.failed);
  return text + ", " + text::format_duration(progress.elapsed);
}

}  // namespace

Console::Console(Detail detail)
    : detail_(detail),
      terminal_(::isatty(STDERR_FILENO) == 1),
      colours_(terminal_ && std::getenv("NO_COLOR") == nullptr) {}

Watcher Console::watch(const std::string& name) const {
  if (detail_ == Detail::quiet) return {};
  const std::string shown = text::escape(name);
  if (!terminal_) {
    return {.show = [shown](const Progress& progress) { write_error(shown + ": " + progress_text(progress) + '\n'); },
            .every = kRepeatLine};
  }
  return {.show =
              [shown](const Progress& progress) {
                write_error(kClearLine + shown + " " + bar(progress.passed + progress.failed, progress.planned) + " " +
                            progress_text(progress));
              },
          .every = kRedrawBar};
}

void Console::show(const scenario::Scenario& scenario, const ScenarioResult& result) const {
  const bool passed = result.passed == result.planned;
  ++sum_.scenarios;
  sum_.passed += passed ? 1 : 0;
  sum_.clients += result.planned;
  sum_.frames += result.frames;
  sum_.elapsed += result.elapsed;
  clear_bar();
  write_error(result.failures.render(scenario.source, scenario.name, result.planned));
  if (detail_ == Detail::quiet) return;
  std::string line =
      fmt::format("{} {}: {} of {} passed", paint(passed ? "ok  " : "FAIL", passed ? kGreen : kRed),
                  text::escape(scenario.name), result.passed, counted(result.planned, "client", "clients"));
  if (result.interrupted > 0) line += fmt::format(", {} cut short", result.interrupted);
  line += fmt::format(", {} matched, {} sent, {} received, {}", counted(result.frames, "reply", "replies"),
                      text::format_size(result.bytes_sent), text::format_size(result.bytes_received),
                      text::format_duration(result.elapsed));
  say(line);
}

void Console::show_verdict(bool passed, const std::string& why) const {
  std::string line = fmt::format(
      "{}: {} of {} passed, {}, {} matched, {}", paint(passed ? "PASS" : "FAIL", passed ? kGreen : kRed), sum_.passed,
      counted(sum_.scenarios, "scenario", "scenarios"), counted(sum_.clients, "client", "clients"),
      counted(sum_.frames, "reply", "replies"), text::format_duration(sum_.elapsed));
  if (!why.empty()) line += " (" + why + ")";
  say(line);
}

void Console::say(const std::string& line) const { write_error(line + '\n'); }

void Console::detail(const std::string& line) const {
  if (detail_ == Detail::verbose) say(line);
}

std::string Console::paint(const std::string& text, const char* colour) const {
  return colours_ ? colour + text + kPlain : text;
}

void Console::clear_bar() const {
  if (terminal_) write_error(kClearLine);
}

}  // namespace client::run
