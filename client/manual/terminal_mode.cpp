#include "client/manual/terminal_mode.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>

#include "scheduler/check.h"

namespace client::manual {

namespace {

/// The signals that end a process which does not handle them, but for those that it takes from a descriptor.
constexpr std::array kFatal{SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGHUP, SIGTRAP, SIGSYS};

/// What a handler needs. It is written while no handler is installed.
struct Saved {
  int fd = -1;
  termios mode{};
  std::array<struct sigaction, kFatal.size()> actions{};
};
Saved saved;

void restore_saved() {
  // Where it is in the background the terminal is another's, and setting it would stop the process.
  if (::tcgetpgrp(saved.fd) == ::getpgrp()) ::tcsetattr(saved.fd, TCSANOW, &saved.mode);
}

void restore_and_die(int signal) {
  constexpr std::string_view kMarkNoPastes = "\r\n\x1b[?2004l";
  restore_saved();
  [[maybe_unused]] const ssize_t written = ::write(saved.fd, kMarkNoPastes.data(), kMarkNoPastes.size());
  for (std::size_t i = 0; i < kFatal.size(); ++i) {
    if (kFatal[i] == signal) ::sigaction(signal, &saved.actions[i], nullptr);
  }
  ::raise(signal);
}

}  // namespace

TerminalMode::TerminalMode(int fd) {
  sched::check(saved.fd == -1, "one terminal's mode at a time");
  sched::check(::tcgetattr(fd, &saved.mode) == 0, "a terminal has a mode");
  saved.fd = fd;
  struct sigaction action{};
  action.sa_handler = restore_and_die;
  action.sa_flags = SA_NODEFER;
  for (std::size_t i = 0; i < kFatal.size(); ++i) ::sigaction(kFatal[i], &action, &saved.actions[i]);
}

TerminalMode::~TerminalMode() {
  restore();
  for (std::size_t i = 0; i < kFatal.size(); ++i) ::sigaction(kFatal[i], &saved.actions[i], nullptr);
  saved.fd = -1;
}

void TerminalMode::restore() const { restore_saved(); }

void stop_process() {
  sigset_t stop{};
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTSTP);
  ::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace client::manual
