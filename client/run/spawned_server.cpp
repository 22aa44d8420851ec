#include "client/run/spawned_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "scheduler/cancel_scope.h"
#include "scheduler/event.h"
#include "scheduler/mailbox.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "scheduler/stream.h"
#include "text/escape.h"
#include "text/units.h"
#include "transports/resolve.h"

namespace client::run {

namespace {

using sched::Descriptor;
using sched::Task;

constexpr std::size_t kLogTail = 4096;
constexpr std::size_t kMaxOutputBeforeReady = std::size_t{1024} * 1024;
constexpr int kMillisecondsToStop = 5000;
constexpr auto kTimeToDrainPipes = std::chrono::seconds(1);
constexpr auto kBetweenDials = std::chrono::milliseconds(20);

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string cannot_start(const std::string& program, int error_number) {
  return fmt::format("cannot start {}: {} ({})", text::quote(program), ::strerrorname_np(error_number),
                     ::strerrordesc_np(error_number));
}

/// The child between fork and exec: it ends with its parent, has its signals as a shell would have them, and nothing
/// open but the standard streams. Writes to `failure` why it could not become the program.
[[noreturn]] void become(char* const* arguments, pid_t parent, int out, int err, int failure) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none{};
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool has_streams = null >= 0 && ::dup2(null, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
                           ::dup2(err, STDERR_FILENO) >= 0;
  if (has_streams) ::execvp(arguments[0], arguments);
  const int reason = errno;
  [[maybe_unused]] const ssize_t written = ::write(failure, &reason, sizeof reason);
  ::_exit(127);
}

/// How a child ended that is not reaped; nothing when it has not.
std::optional<siginfo_t> end_of(pid_t pid) {
  siginfo_t info{};
  const int status = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  if (status != 0 || info.si_pid == 0) return std::nullopt;
  return info;
}

std::string signal_name(int number) { return fmt::format("SIG{}", ::sigabbrev_np(number)); }

/// The URL of a READY line; nothing when it is none.
std::optional<std::string> ready_url(std::string_view line) {
  constexpr std::string_view kReady = "READY ";
  if (!line.starts_with(kReady)) return std::nullopt;
  const auto object = nlohmann::json::parse(line.substr(kReady.size()), nullptr, false);
  if (!object.is_object() || !object.contains("url") || !object["url"].is_string()) return std::nullopt;
  return object["url"].get<std::string>();
}

}  // namespace

std::expected<std::unique_ptr<SpawnedServer>, std::string> SpawnedServer::start(const std::vector<std::string>& words) {
  std::optional<Pipe> out = make_pipe();
  std::optional<Pipe> err = make_pipe();
  std::optional<Pipe> failure = make_pipe();
  if (!out || !err || !failure) return std::unexpected(cannot_start(words.front(), errno));
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return std::unexpected(cannot_start(words.front(), errno));
  if (pid == 0) {
    become(arguments.data(), parent, out->write_end.get(), err->write_end.get(), failure->write_end.get());
  }
  failure->write_end.close();
  int reason = 0;
  if (::read(failure->read_end.get(), &reason, sizeof reason) == sizeof reason) {
    ::waitpid(pid, nullptr, 0);
    return std::unexpected(cannot_start(words.front(), reason));
  }
  Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  return std::unique_ptr<SpawnedServer>(
      new SpawnedServer(pid, std::move(process), std::move(out->read_end), std::move(err->read_end)));
}

SpawnedServer::SpawnedServer(pid_t pid, Descriptor process, Descriptor out, Descriptor err)
    : pid_(pid),
      process_(std::move(process)),
      out_(std::move(out)),
      err_(std::move(err)),
      stop_reading_(::eventfd(0, EFD_CLOEXEC)),
      reader_([this] { read_output(); }) {}

SpawnedServer::~SpawnedServer() { stop(); }

void SpawnedServer::stop() {
  if (is_stopped_) return;
  how_it_ended_ = how_it_ended();
  is_stopped_ = true;
  // It is reaped when all is over: until then its number is that of its group and of no other.
  ::kill(-pid_, SIGTERM);
  pollfd ended{process_.get(), POLLIN, 0};
  while (::poll(&ended, 1, kMillisecondsToStop) < 0 && errno == EINTR) {
  }
  if (!how_it_ended_) how_it_ended_ = how_it_died();
  ::kill(-pid_, SIGKILL);
  {
    std::unique_lock lock(mutex_);
    reading_ended_.wait_for(lock, kTimeToDrainPipes, [this] { return !is_reading_; });
  }
  ::eventfd_write(stop_reading_.get(), 1);
  reader_.join();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<std::string> SpawnedServer::how_it_ended() const {
  if (is_stopped_) return how_it_ended_;
  const std::optional<siginfo_t> end = end_of(pid_);
  if (!end) return std::nullopt;
  if (end->si_code == CLD_EXITED) return fmt::format("exit code {}", end->si_status);
  return signal_name(end->si_status);
}

/// Of what signal it died after SIGTERM, which was not that; nothing if it did not. A process that dies closes its
/// connections before it has ended, so that the clients may be done, and SIGTERM be sent, while it still dies.
std::optional<std::string> SpawnedServer::how_it_died() const {
  const std::optional<siginfo_t> end = end_of(pid_);
  if (!end || end->si_code == CLD_EXITED || end->si_status == SIGTERM) return std::nullopt;
  return signal_name(end->si_status);
}

std::string SpawnedServer::log_tail() const {
  const std::scoped_lock lock(mutex_);
  std::string_view rest = err_text_;
  if (is_log_cut_) rest.remove_prefix(std::min(rest.find('\n') + 1, rest.size()));
  std::string tail;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    tail += text::escape(rest.substr(0, end)) + '\n';
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return tail;
}

// --- The thread that reads

void SpawnedServer::read_output() {
  std::array<pollfd, 4> polled{{{out_.get(), POLLIN, 0},
                                {err_.get(), POLLIN, 0},
                                {process_.get(), POLLIN, 0},
                                {stop_reading_.get(), POLLIN, 0}}};
  auto& [out, err, process, stop] = polled;
  while ((out.fd >= 0 || err.fd >= 0 || process.fd >= 0) && stop.revents == 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    const bool has_output = out.revents != 0 || err.revents != 0;
    read_some(out, &SpawnedServer::take_output);
    read_some(err, &SpawnedServer::take_log);
    // Only when everything was read that the process had written.
    if (process.revents != 0 && !has_output) {
      process.fd = -1;
      note_end();
    }
  }
  const std::scoped_lock lock(mutex_);
  is_reading_ = false;
  reading_ended_.notify_all();
}

void SpawnedServer::read_some(pollfd& from, void (SpawnedServer::*take)(std::string_view)) {
  if (from.fd < 0 || from.revents == 0) return;
  std::array<char, std::size_t{16} * 1024> bytes;
  const ssize_t count = ::read(from.fd, bytes.data(), bytes.size());
  if (count < 0 && errno == EINTR) return;
  if (count > 0) return (this->*take)({bytes.data(), static_cast<std::size_t>(count)});
  from.fd = -1;
}

void SpawnedServer::take_output(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  if (url_ || out_text_.size() > kMaxOutputBeforeReady) return;
  out_text_ += bytes;
  for (std::size_t end = 0; !url_ && (end = out_text_.find('\n')) != std::string::npos;) {
    url_ = ready_url(std::string_view(out_text_).substr(0, end));
    out_text_.erase(0, end + 1);
  }
  if (url_ && when_changed_) when_changed_();
}

void SpawnedServer::take_log(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  err_text_ += bytes;
  if (err_text_.size() <= 2 * kLogTail) return;
  err_text_.erase(0, err_text_.size() - kLogTail);
  is_log_cut_ = true;
}

void SpawnedServer::note_end() {
  const std::scoped_lock lock(mutex_);
  has_ended_ = true;
  if (when_changed_) when_changed_();
}

// --- Being ready

Task<SpawnedServer::Ready> SpawnedServer::wait_until_ready(std::optional<transport::Url> target,
                                                           sched::Duration limit) {
  const sched::CancelScope deadline(sched::instant_after(sched::now(), limit));
  Ready ready;
  if (target) {
    ready = co_await wait_until_accepts(*target);
  } else {
    ready = co_await wait_for_line();
  }
  if (ready || !deadline.expired()) co_return ready;
  const std::string missing = target
                                  ? fmt::format("nothing accepted connections at {}", text::escape(to_string(*target)))
                                  : "the server printed no READY line";
  co_return std::unexpected(fmt::format("{} in {}", missing, text::format_duration(limit)));
}

Task<SpawnedServer::Ready> SpawnedServer::wait_for_line() {
  sched::Mailbox mailbox;
  sched::Event changed;
  {
    const std::scoped_lock lock(mutex_);
    when_changed_ = [&] { mailbox.post([&] { changed.set(); }); };
    if (url_ || has_ended_) when_changed_();
  }
  sched::Scope scope;
  scope.spawn(mailbox.deliver());
  [[maybe_unused]] const sched::Result<void> waited = co_await changed.wait();
  scope.cancel();
  [[maybe_unused]] const sched::Result<void> joined = co_await scope.join();
  const std::scoped_lock lock(mutex_);
  when_changed_ = nullptr;
  if (url_) co_return *url_;
  co_return std::unexpected(has_ended_ ? ended_before("it printed a READY line") : "interrupted");
}

Task<SpawnedServer::Ready> SpawnedServer::wait_until_accepts(transport::Url target) {
  const transport::Addresses addresses = co_await transport::resolve(target);
  if (!addresses) co_return std::unexpected(addresses.error());
  do {
    for (const sched::Address& address : *addresses) {
      if (co_await sched::connect(address)) co_return to_string(target);
    }
    if (how_it_ended()) co_return std::unexpected(ended_before("anything accepted connections at the target"));
  } while (co_await sched::sleep_for(kBetweenDials));
  co_return std::unexpected("interrupted");
}

std::string SpawnedServer::ended_before(std::string_view what) const {
  return fmt::format("the server ended ({}) before {}", how_it_ended().value_or("unknown"), what);
}

}  // namespace client::run
