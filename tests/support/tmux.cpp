#include "tests/support/tmux.h"

#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

namespace support {

namespace {

const std::vector<std::pair<std::string, std::string>> kEnvironment{{"LC_ALL", "C.UTF-8"}, {"TMUX", ""}};

std::string last_row(std::string_view screen) {
  const size_t end = screen.find_last_not_of('\n') + 1;
  return std::string(screen.substr(0, end).substr(screen.substr(0, end).rfind('\n') + 1));
}

}  // namespace

// In the foreground, so that it ends with the test whatever happens.
Tmux::Tmux()
    : server_({.arguments = {"tmux", "-D", "-u", "-S", socket_, "-f", "/dev/null"}, .environment = kEnvironment}) {
  while (!std::filesystem::exists(socket_)) std::this_thread::yield();
  run({"new-session", "-d", "-x", "80", "-y", "24", "env", "PS1=" + std::string(kPrompt), "dash", "-i"});
  wait_for(kPrompt.substr(0, kPrompt.size() - 1));
}

Tmux::~Tmux() {
  try {
    run({"kill-server"});
  } catch (const std::exception&) {
    return;  // it has gone already
  }
}

void Tmux::type(const std::string& text) { run({"send-keys", "-l", "--", text}); }

void Tmux::press(const std::string& key) { run({"send-keys", key}); }

void Tmux::enter(const std::string& line) {
  type(line);
  press("Enter");
}

void Tmux::paste(std::string_view text, Paste how) {
  run({"load-buffer", directory_.write("paste", text)});
  how == Paste::marked ? run({"paste-buffer", "-p"}) : run({"paste-buffer"});
}

void Tmux::clear() {
  enter("clear");
  wait_until([](const std::string& screen) { return screen.substr(0, screen.find_last_not_of('\n') + 1) == "ready$"; },
             "a prompt alone");
}

void Tmux::resize(int columns, int rows) {
  run({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

std::string Tmux::screen() { return run({"capture-pane", "-p"}); }

std::string Tmux::wait_for(std::string_view text) {
  return wait_until([text](const std::string& screen) { return screen.contains(text); }, text);
}

std::string Tmux::wait_for_last_row(std::string_view row) {
  return wait_until([row](const std::string& screen) { return last_row(screen) == row; }, row);
}

pid_t Tmux::shell() { return std::stoi(run({"display-message", "-p", "#{pane_pid}"})); }

std::string Tmux::run(std::vector<std::string> words) {
  words.insert(words.begin(), {"tmux", "-u", "-S", socket_});
  const Finished finished = support::run({.arguments = words, .environment = kEnvironment});
  if (finished.exit != Exit::code(0)) throw std::runtime_error("tmux " + words[4] + ": " + finished.error);
  return finished.output;
}

std::string Tmux::wait_until(const std::function<bool(const std::string&)>& shows, std::string_view what) {
  const auto deadline = Clock::now() + kPatience;
  for (;;) {
    std::string seen = screen();
    if (shows(seen)) return seen;
    if (Clock::now() > deadline) throw std::runtime_error("not on the screen: '" + std::string(what) + "'\n" + seen);
  }
}

}  // namespace support
