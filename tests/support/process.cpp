#include "tests/support/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "scheduler/descriptor.h"

namespace support {
namespace {

[[noreturn]] void throw_errno(const char* operation) {
  throw std::system_error(errno, std::generic_category(), operation);
}

struct Pipe {
  sched::Descriptor read_end;
  sched::Descriptor write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe2");
  return {sched::Descriptor(ends[0]), sched::Descriptor(ends[1])};
}

void set_nonblocking(const sched::Descriptor& descriptor) {
  if (::fcntl(descriptor.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("fcntl(F_SETFL)");
}

// What the child needs between fork and exec, made before the fork: there it may not allocate.
struct Launch {
  explicit Launch(const Command& command) : working_directory(command.working_directory) {
    for (const std::string& argument : command.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view existing = *entry;
      const auto replaces = [&](const auto& variable) { return existing.starts_with(variable.first + "="); };
      if (std::ranges::none_of(command.environment, replaces)) variables.emplace_back(existing);
    }
    for (const auto& [name, value] : command.environment)
      variables.push_back(std::string(name).append("=").append(value));
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
  }

  std::vector<char*> arguments;
  std::vector<std::string> variables;
  std::vector<char*> environment;
  std::string working_directory;
  Pipe input = make_pipe();
  Pipe output = make_pipe();
  Pipe error = make_pipe();
  Pipe failure = make_pipe();  // carries errno when exec fails; closes by itself when it succeeds
};

// Runs in the child: only what is allowed after fork in a program with threads.
[[noreturn]] void become(const Launch& launch, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the parent ended before the line above
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  const bool ready = ::dup2(launch.input.read_end.get(), STDIN_FILENO) >= 0 &&
                     ::dup2(launch.output.write_end.get(), STDOUT_FILENO) >= 0 &&
                     ::dup2(launch.error.write_end.get(), STDERR_FILENO) >= 0 &&
                     (launch.working_directory.empty() || ::chdir(launch.working_directory.c_str()) == 0);
  // Nothing else is handed on, not even what the test itself was handed: a program under test has exactly three.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  if (ready) ::execvpe(launch.arguments[0], launch.arguments.data(), launch.environment.data());
  const int reason = errno;
  [[maybe_unused]] const ssize_t written = ::write(launch.failure.write_end.get(), &reason, sizeof reason);
  ::_exit(127);
}

// Starts the program; returns its id. What is left in `launch` is this side's ends of the pipes.
pid_t start(Launch& launch) {
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("fork");
  if (pid == 0) become(launch, parent);
  ::setpgid(pid, pid);  // in both, so that neither has to wait for the other

  launch.input.read_end.close();
  launch.output.write_end.close();
  launch.error.write_end.close();
  launch.failure.write_end.close();
  int reason = 0;
  if (::read(launch.failure.read_end.get(), &reason, sizeof reason) == sizeof reason) {
    ::waitpid(pid, nullptr, 0);
    throw std::system_error(reason, std::generic_category(), std::string("start ") + launch.arguments[0]);
  }
  return pid;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Exit& exit) {
  return stream << (exit.kind_ == Exit::Kind::code ? "exit code " : "signal ") << exit.value_;
}

// Reads both outputs and notices the end, on a thread of its own.
class Process::Collector {
 public:
  explicit Collector(Launch launch) : pid_(start(launch)), input_(std::move(launch.input.write_end)) {
    outputs_[0].pipe = std::move(launch.output.read_end);
    outputs_[1].pipe = std::move(launch.error.read_end);
    for (Output& output : outputs_) set_nonblocking(output.pipe);
    set_nonblocking(input_);
    // By its number: glibc 2.36 declares pidfd_open without C linkage.
    ended_ = sched::Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    stop_ = sched::Descriptor(::eventfd(0, EFD_CLOEXEC));
    thread_ = std::thread([this] { collect(); });
  }

  ~Collector() {
    // The leader is reaped only after this, so the group's number cannot have been given to others.
    ::kill(-pid_, SIGKILL);
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
    ::waitpid(pid_, nullptr, 0);
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  struct Output {
    sched::Descriptor pipe;  // the collecting thread's own
    std::string bytes;
    size_t waited_for = 0;  // how much of it earlier waits have returned or skipped
    bool closed = false;
  };

  pid_t pid() const { return pid_; }
  sched::Descriptor& input() { return input_; }

  // Calls `step` under the lock, now and after every change, until it is true or the time has passed. Returns which.
  template <typename Step>
  bool wait_until(std::chrono::milliseconds patience, Step step) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, step);
  }

  // Only under the lock: inside wait_until's step.
  Output& output(Stream stream) { return outputs_[stream == Stream::output ? 0 : 1]; }
  const std::optional<Exit>& exit() const { return exit_; }

 private:
  void collect() {
    while (true) {
      // poll passes over a negative descriptor.
      std::array<pollfd, 4> waiting{{{outputs_[0].pipe.get(), POLLIN, 0},
                                     {outputs_[1].pipe.get(), POLLIN, 0},
                                     {ended_.get(), POLLIN, 0},
                                     {stop_.get(), POLLIN, 0}}};
      if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
      if (waiting[3].revents != 0) return;
      if (waiting[0].revents != 0) read_some(outputs_[0]);
      if (waiting[1].revents != 0) read_some(outputs_[1]);
      if (waiting[2].revents != 0) notice_end();
      changed_.notify_all();
    }
  }

  void read_some(Output& output) {
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(output.pipe.get(), buffer.data(), buffer.size());
    if (count < 0) return;
    const std::lock_guard lock(mutex_);
    output.bytes.append(buffer.data(), static_cast<size_t>(count));
    if (count == 0) {
      output.pipe.close();
      output.closed = true;
    }
  }

  void notice_end() {
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(ended_.get()), &info, WEXITED | WNOWAIT) != 0) return;
    const std::lock_guard lock(mutex_);
    exit_ = info.si_code == CLD_EXITED ? Exit::code(info.si_status) : Exit::signal(info.si_status);
    ended_.close();
  }

  const pid_t pid_;
  sched::Descriptor input_;
  sched::Descriptor ended_;  // readable when the program has ended; the collecting thread's own
  sched::Descriptor stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Output, 2> outputs_;
  std::optional<Exit> exit_;

  std::thread thread_;
};

Process::Process(Command command) : command_(std::move(command)) {
  ::signal(SIGPIPE, SIG_IGN);  // NOLINT(bugprone-unused-return-value): cannot fail for SIGPIPE
  collector_ = std::make_unique<Collector>(Launch(command_));
}

Process::~Process() = default;

pid_t Process::pid() const { return collector_->pid(); }

void Process::write_input(std::string_view bytes, std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (!bytes.empty()) {
    const ssize_t count = ::write(collector_->input().get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
      continue;
    }
    if (errno != EAGAIN) throw_errno("write to the standard input of a program");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd waiting{collector_->input().get(), POLLOUT, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
      fail("did not read its standard input");
    }
  }
}

void Process::close_input() { collector_->input().close(); }

std::string Process::wait_for_line(Stream stream, const std::function<bool(std::string_view)>& matches,
                                   std::chrono::milliseconds patience) {
  std::optional<std::string> found;
  bool closed = false;
  const bool settled = collector_->wait_until(patience, [&] {
    Collector::Output& output = collector_->output(stream);
    size_t end = 0;
    while (!found && (end = output.bytes.find('\n', output.waited_for)) != std::string::npos) {
      std::string line = output.bytes.substr(output.waited_for, end - output.waited_for);
      output.waited_for = end + 1;
      if (matches(line)) found = std::move(line);
    }
    closed = output.closed;
    return found || closed;
  });
  if (!found)
    fail(settled && closed ? "ended its output before the line that was waited for"
                           : "did not write the line that was waited for");
  return *std::move(found);
}

std::string Process::read_until(Stream stream, std::string_view text, std::chrono::milliseconds patience) {
  std::optional<std::string> read;
  collector_->wait_until(patience, [&] {
    Collector::Output& output = collector_->output(stream);
    if (const size_t at = output.bytes.find(text, output.waited_for); at != std::string::npos) {
      const size_t end = at + text.size();
      read = output.bytes.substr(output.waited_for, end - output.waited_for);
      output.waited_for = end;
    }
    return read || output.closed;
  });
  if (!read) fail("did not write '" + std::string(text) + "'");
  return *std::move(read);
}

std::string Process::written(Stream stream) const {
  std::string bytes;
  collector_->wait_until({}, [&] {
    bytes = collector_->output(stream).bytes;
    return true;
  });
  return bytes;
}

void Process::signal(int number) {
  // Not reaped before the destructor, so the number is still this program's.
  ::kill(pid(), number);
}

Exit Process::wait(std::chrono::milliseconds patience) {
  std::optional<Exit> exit;
  const bool done = collector_->wait_until(patience, [&] {
    exit = collector_->exit();
    return exit && collector_->output(Stream::output).closed && collector_->output(Stream::error).closed;
  });
  if (!exit) fail("did not end");
  if (!done) fail("ended, but a process that it started still holds its output open");
  return *exit;
}

void Process::fail(std::string_view what) const {
  std::ostringstream text;
  for (const std::string& argument : command_.arguments) text << argument << ' ';
  text << what << "\nstandard output:\n" << written(Stream::output) << "\nstandard error:\n" << written(Stream::error);
  throw std::runtime_error(text.str());
}

Finished run(Command command, std::string_view input, std::chrono::milliseconds patience) {
  Process process(std::move(command));
  try {
    process.write_input(input, patience);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::broken_pipe) throw;  // a program need not read its input
  }
  process.close_input();
  const Exit exit = process.wait(patience);
  return {exit, process.written(Stream::output), process.written(Stream::error)};
}

}  // namespace support
