#include "tests/support/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace support {

namespace {

[[noreturn]] void throw_errno(const char* operation) {
  throw std::system_error(errno, std::generic_category(), operation);
}

// Nothing that is typed is echoed, and line ends stay as they are.
void turn_off_echo(int slave) {
  termios settings{};
  ::tcgetattr(slave, &settings);
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  ::tcsetattr(slave, TCSANOW, &settings);
}

// Runs in the child: only what is allowed after fork in a program with threads.
[[noreturn]] void become(int slave, char* const* arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  if (::login_tty(slave) != 0) ::_exit(127);
  ::execvp(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

Terminal::Terminal(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& argument : words) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  int master = -1;
  int slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) throw_errno("openpty");
  master_ = sched::Descriptor(master);
  const sched::Descriptor program_side(slave);
  ::fcntl(master, F_SETFD, FD_CLOEXEC);
  turn_off_echo(slave);
  pid_ = ::fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) become(slave, arguments.data());
  // By its number: glibc 2.36 declares pidfd_open without C linkage.
  ended_ = sched::Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

Terminal::~Terminal() {
  if (reaped_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Terminal::type(std::string_view keys) {
  if (::write(master_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) throw_errno("type");
}

std::string Terminal::read_until(std::string_view text) {
  size_t at = std::string::npos;
  while ((at = screen_.find(text)) == std::string::npos) {
    wait_for_output();
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(master_.get(), buffer.data(), buffer.size());
    if (count <= 0) fail("ended before it wrote '" + std::string(text) + "'");  // EIO: the program has gone
    screen_.append(buffer.data(), static_cast<size_t>(count));
  }
  std::string read = screen_.substr(0, at + text.size());
  screen_.erase(0, read.size());
  return read;
}

void Terminal::wait_for_output() {
  if (!wait_until_readable(master_.get())) fail("did not write what was waited for");
}

void Terminal::signal(int number) { ::kill(pid_, number); }

Exit Terminal::wait() {
  if (!wait_until_readable(ended_.get())) fail("did not end");
  int status = 0;
  ::waitpid(pid_, &status, 0);
  reaped_ = true;
  return WIFEXITED(status) ? Exit::code(WEXITSTATUS(status)) : Exit::signal(WTERMSIG(status));
}

bool Terminal::wait_until_readable(int fd) const {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  const auto patience = std::chrono::milliseconds(kPatience);
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

void Terminal::fail(std::string_view what) const {
  throw std::runtime_error("the program on the terminal " + std::string(what) + "\nscreen:\n" + screen_);
}

}  // namespace support
