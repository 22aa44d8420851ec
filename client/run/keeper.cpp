#include "client/run/keeper.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace client::run {

namespace {

using sched::Descriptor;

constexpr time_t kSecondsToEnd = 5;
/// When nobody is there any more who would wait for it.
constexpr long kNanosecondsToEndAlone = 100'000'000;
/// After SIGKILL everything is gone soon, but for what this user may not kill or what hangs in the kernel.
constexpr int kMillisecondsToDie = 20;
constexpr int kMostRoundsOfKilling = 100;

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

struct Outputs {
  int out;
  int err;
};

/// The program between fork and exec: it ends with its parent, has its signals as a shell would have them, and nothing
/// open but the standard streams. Writes to `failure` why it could not become the program.
[[noreturn]] void become(char* const* arguments, pid_t parent, const Outputs& outputs, int failure) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  struct sigaction at_hangup{};
  ::sigaction(SIGHUP, nullptr, &at_hangup);
  for (int number = 1; number < NSIG; ++number) {
    // What nohup(1) has started stays, and so does what that starts.
    if (number != SIGHUP || at_hangup.sa_handler != SIG_IGN) ::signal(number, SIG_DFL);
  }
  sigset_t none{};
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool has_streams = null >= 0 && ::dup2(null, STDIN_FILENO) >= 0 && ::dup2(outputs.out, STDOUT_FILENO) >= 0 &&
                           ::dup2(outputs.err, STDERR_FILENO) >= 0;
  if (has_streams) ::execvp(arguments[0], arguments);
  const int reason = errno;
  [[maybe_unused]] const ssize_t written = ::write(failure, &reason, sizeof reason);
  ::_exit(127);
}

/// A number at the start of a text; 0 when there is none.
pid_t number_in(std::string_view text) {
  pid_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The parent of a process by its directory in /proc; 0 when it has gone.
pid_t parent_of(int processes, const char* directory) {
  const Descriptor process(::openat(processes, directory, O_PATH | O_DIRECTORY | O_CLOEXEC));
  const Descriptor file(::openat(process.get(), "stat", O_RDONLY | O_CLOEXEC));
  std::array<char, 512> bytes{};
  const ssize_t size = ::read(file.get(), bytes.data(), bytes.size());
  if (size <= 0) return 0;
  // The name stands in parentheses and may hold some of its own (proc(5)).
  const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
  constexpr std::size_t kFromNameToParent = std::string_view(") S ").size();
  const std::size_t name_end = std::min(text.rfind(')'), text.size() - kFromNameToParent);
  return number_in(text.substr(name_end + kFromNameToParent));
}

/// The keeper's own process. It was forked from one that may have had other threads: it allocates nothing.
class Keeper {
 public:
  Keeper(int asked, int ended) : asked_(asked), ended_(ended) {}

  /// Does it all.
  [[noreturn]] void run(char* const* arguments, const Outputs& outputs, int failure);

 private:
  void adopt_what_is_left();
  void close_others();
  void reap();
  void end_program();
  void kill_the_rest();
  static void kill_children();

  int asked_;
  int ended_;
  int child_ended_ = -1;  ///< a signalfd
  pid_t program_ = 0;     ///< 0: it is reaped
  ProgramEnd::When when_ = ProgramEnd::When::by_itself;
};

void Keeper::run(char* const* arguments, const Outputs& outputs, int failure) {
  adopt_what_is_left();
  const pid_t self = ::getpid();
  program_ = ::fork();
  if (program_ == 0) become(arguments, self, outputs, failure);
  if (program_ < 0) {
    const int reason = errno;
    [[maybe_unused]] const ssize_t written = ::write(failure, &reason, sizeof reason);
    ::_exit(127);
  }
  ::setpgid(program_, program_);
  close_others();
  sigset_t child{};
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  child_ended_ = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  std::array<pollfd, 2> polled{{{asked_, POLLIN, 0}, {child_ended_, POLLIN, 0}}};
  while (polled[0].revents == 0) {
    ::poll(polled.data(), polled.size(), -1);
    reap();
  }
  end_program();
  kill_the_rest();
  ::_exit(0);
}

/// Signals are for the process that it keeps the program for: only that one's end concerns it.
void Keeper::adopt_what_is_left() {
  ::setpgid(0, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all{};
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::signal(SIGCHLD, SIG_DFL);
}

/// What is open in the process that it was forked from is to close when that closes it.
void Keeper::close_others() {
  constexpr int kOutOfTheWay = 16;
  constexpr int kFirst = STDERR_FILENO + 1;
  asked_ = ::fcntl(asked_, F_DUPFD_CLOEXEC, kOutOfTheWay);
  ended_ = ::fcntl(ended_, F_DUPFD_CLOEXEC, kOutOfTheWay);
  asked_ = ::dup3(asked_, kFirst, O_CLOEXEC);
  ended_ = ::dup3(ended_, kFirst + 1, O_CLOEXEC);
  ::close_range(kFirst + 2, ~0U, 0);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, standard);
}

/// Takes note of all children that have ended, the program or what it has left behind.
void Keeper::reap() {
  signalfd_siginfo told{};
  while (::read(child_ended_, &told, sizeof told) == sizeof told) {
  }
  for (siginfo_t info{}; ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0; info = {}) {
    if (info.si_pid != program_) continue;
    program_ = 0;
    const ProgramEnd end{.when = when_, .is_signal = info.si_code != CLD_EXITED, .status = info.si_status};
    [[maybe_unused]] const ssize_t written = ::write(ended_, &end, sizeof end);
  }
}

void Keeper::end_program() {
  if (program_ == 0) return;
  when_ = ProgramEnd::When::asked;
  char any = 0;
  const bool is_waited_for = ::read(asked_, &any, sizeof any) == sizeof any;
  // As long as it is not reaped, its number is that of its group and of no other.
  ::kill(-program_, SIGTERM);
  const int time_is_up = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  const timespec time = is_waited_for ? timespec{.tv_sec = kSecondsToEnd, .tv_nsec = 0}
                                      : timespec{.tv_sec = 0, .tv_nsec = kNanosecondsToEndAlone};
  const itimerspec limit{.it_interval = {}, .it_value = time};
  ::timerfd_settime(time_is_up, 0, &limit, nullptr);
  // Whoever waits for it may end meanwhile, which hangs up.
  std::array<pollfd, 3> polled{
      {{child_ended_, POLLIN, 0}, {time_is_up, POLLIN, 0}, {is_waited_for ? asked_ : -1, 0, 0}}};
  while (program_ != 0 && polled[1].revents == 0 && polled[2].revents == 0) {
    ::poll(polled.data(), polled.size(), -1);
    reap();
  }
  if (program_ == 0) return;
  when_ = ProgramEnd::When::killed;
  ::kill(-program_, SIGKILL);
}

/// What is left is a child of this process, or will be when those above it have ended.
void Keeper::kill_the_rest() {
  for (int round = 0; round < kMostRoundsOfKilling; ++round) {
    reap();
    siginfo_t none{};
    const bool has_children = ::waitid(P_ALL, 0, &none, WEXITED | WNOHANG | WNOWAIT) == 0;
    if (!has_children) return;
    kill_children();
    pollfd ended{child_ended_, POLLIN, 0};
    ::poll(&ended, 1, kMillisecondsToDie);
  }
}

void Keeper::kill_children() {
  const Descriptor processes(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  alignas(dirent64) std::array<char, 4096> entries{};
  for (;;) {
    const ssize_t size = ::getdents64(processes.get(), entries.data(), entries.size());
    if (size <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
      const pid_t pid = number_in(entry->d_name);
      if (pid > 0 && parent_of(processes.get(), entry->d_name) == ::getpid()) ::kill(pid, SIGKILL);
      at += entry->d_reclen;
    }
  }
}

}  // namespace

std::expected<Kept, int> start_kept(const std::vector<std::string>& words, int out, int err) {
  std::optional<Pipe> end = make_pipe();
  std::optional<Pipe> ended = make_pipe();
  std::optional<Pipe> failure = make_pipe();
  if (!end || !ended || !failure) return std::unexpected(errno);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t keeper = ::fork();
  if (keeper < 0) return std::unexpected(errno);
  if (keeper == 0) {
    end->write_end.close();
    Keeper(end->read_end.get(), ended->write_end.get()).run(arguments.data(), {out, err}, failure->write_end.get());
  }
  failure->write_end.close();
  int reason = 0;
  if (::read(failure->read_end.get(), &reason, sizeof reason) == sizeof reason) {
    end->write_end.close();
    ::waitpid(keeper, nullptr, 0);
    return std::unexpected(reason);
  }
  return Kept{.keeper = keeper, .end = std::move(end->write_end), .ended = std::move(ended->read_end)};
}

}  // namespace client::run
