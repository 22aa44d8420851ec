#include "client/run/spawned_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <nlohmann/json.hpp>

#include "text/units.h"

namespace client::run {

namespace {

constexpr std::size_t kLogTail = 4096;
constexpr std::size_t kMaxOutputBeforeReady = 1024 * 1024;
constexpr auto kTimeToStop = std::chrono::seconds(5);

struct Pipe {
  sched::Descriptor read_end;
  sched::Descriptor write_end;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{sched::Descriptor(ends[0]), sched::Descriptor(ends[1])};
}

/// Starts the process with its outputs in the pipes and the signals as a shell would have them; 0 or an errno.
int spawn(pid_t& pid, const std::vector<std::string>& words, int out, int err) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  sigset_t none{};
  sigset_t all{};
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int status = ::posix_spawnp(&pid, arguments.front(), &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return status;
}

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
  pid_t pid = 0;
  const int status = out && err ? spawn(pid, words, out->write_end.get(), err->write_end.get()) : errno;
  if (status != 0) {
    return std::unexpected("cannot start " + words.front() + ": " + ::strerrorname_np(status) + " (" +
                           ::strerrordesc_np(status) + ")");
  }
  return std::unique_ptr<SpawnedServer>(new SpawnedServer(pid, std::move(out->read_end), std::move(err->read_end)));
}

SpawnedServer::SpawnedServer(pid_t pid, sched::Descriptor out, sched::Descriptor err)
    : pid_(pid), out_(std::move(out)), err_(std::move(err)), reader_([this] { read_output(); }) {}

SpawnedServer::~SpawnedServer() {
  ::kill(pid_, SIGTERM);
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kTimeToStop, [this] { return ended_; })) ::kill(pid_, SIGKILL);
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

void SpawnedServer::read_output() {
  std::array<pollfd, 2> polled{{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
  std::array<char, 16 * 1024> bytes{};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    for (pollfd& one : polled) {
      if (one.fd < 0 || one.revents == 0) continue;
      const ssize_t count = ::read(one.fd, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      const std::string_view read(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
      if (&one == &polled[0]) take_output(read);
      if (&one == &polled[1]) take_log(read);
      if (count <= 0) one.fd = -1;
    }
  }
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void SpawnedServer::take_output(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  if (url_ || out_text_.size() > kMaxOutputBeforeReady) return;
  out_text_ += bytes;
  for (std::size_t end = 0; !url_ && (end = out_text_.find('\n')) != std::string::npos;) {
    url_ = ready_url(std::string_view(out_text_).substr(0, end));
    out_text_.erase(0, end + 1);
  }
  if (url_) changed_.notify_all();
}

void SpawnedServer::take_log(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  err_text_ += bytes;
  if (err_text_.size() > 2 * kLogTail) err_text_.erase(0, err_text_.size() - kLogTail);
}

std::expected<std::string, std::string> SpawnedServer::wait_until_ready(sched::Duration limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return url_ || ended_; });
  if (url_) return *url_;
  if (ended_) return std::unexpected("the server ended before it printed a READY line");
  return std::unexpected("the server printed no READY line in " + text::format_duration(limit));
}

std::string SpawnedServer::log_tail() const {
  const std::scoped_lock lock(mutex_);
  return err_text_.size() <= kLogTail ? err_text_ : err_text_.substr(err_text_.size() - kLogTail);
}

}  // namespace client::run
