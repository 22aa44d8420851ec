#include "client/run/spawned_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
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

constexpr std::size_t kMaxReadyLine = std::size_t{64} * 1024;
constexpr auto kTimeToDrainPipes = std::chrono::seconds(1);
constexpr auto kTimeToEnd = std::chrono::milliseconds(100);
constexpr auto kBetweenDials = std::chrono::milliseconds(20);

std::string cannot_start(const std::string& program, int error_number) {
  return fmt::format("cannot start {}: {} ({})", text::quote(program), ::strerrorname_np(error_number),
                     ::strerrordesc_np(error_number));
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
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) return std::unexpected(cannot_start(words.front(), errno));
  Descriptor out_read(out[0]);
  const Descriptor out_write(out[1]);
  if (::pipe2(err.data(), O_CLOEXEC) != 0) return std::unexpected(cannot_start(words.front(), errno));
  Descriptor err_read(err[0]);
  const Descriptor err_write(err[1]);
  std::expected<Kept, int> kept = start_kept(words, out_write.get(), err_write.get());
  if (!kept) return std::unexpected(cannot_start(words.front(), kept.error()));
  return std::unique_ptr<SpawnedServer>(new SpawnedServer(std::move(*kept), std::move(out_read), std::move(err_read)));
}

SpawnedServer::SpawnedServer(Kept kept, Descriptor out, Descriptor err)
    : kept_(std::move(kept)),
      out_(std::move(out)),
      err_(std::move(err)),
      stop_reading_(::eventfd(0, EFD_CLOEXEC)),
      reader_([this] { read_output(); }) {}

SpawnedServer::~SpawnedServer() { stop(); }

void SpawnedServer::let_end(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  end_noted_.wait_for(lock, time, [this] { return end_.has_value(); });
}

void SpawnedServer::stop() {
  if (std::exchange(is_stopped_, true)) return;
  constexpr char kAny = 0;
  [[maybe_unused]] const ssize_t written = ::write(kept_.end.get(), &kAny, sizeof kAny);
  while (::waitpid(kept_.keeper, nullptr, 0) < 0 && errno == EINTR) {
  }
  {
    std::unique_lock lock(mutex_);
    reading_ended_.wait_for(lock, kTimeToDrainPipes, [this] { return !is_reading_; });
  }
  ::eventfd_write(stop_reading_.get(), 1);
  reader_.join();
}

std::optional<std::string> SpawnedServer::how_it_ended() const {
  const std::scoped_lock lock(mutex_);
  if (!end_ || end_->when == ProgramEnd::When::killed) return std::nullopt;
  // It may be asked to end while it dies.
  const bool is_asked = end_->when == ProgramEnd::When::asked;
  if (is_asked && (!end_->is_signal || end_->status == SIGTERM)) return std::nullopt;
  return end_->is_signal ? signal_name(end_->status) : fmt::format("exit code {}", end_->status);
}

std::optional<std::string> SpawnedServer::fault() const {
  const std::optional<std::string> how = how_it_ended();
  if (!how) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  if (end_->when == ProgramEnd::When::asked) return fmt::format("the server died of {} when it was told to end", *how);
  return "the server ended by itself before the run did: " + *how;
}

std::string SpawnedServer::output_tail() const {
  const std::scoped_lock lock(mutex_);
  return out_tail_.lines();
}

std::string SpawnedServer::log_tail() const {
  const std::scoped_lock lock(mutex_);
  return err_tail_.lines();
}

// --- The thread that reads

void SpawnedServer::read_output() {
  std::array<pollfd, 4> polled{{{out_.get(), POLLIN, 0},
                                {err_.get(), POLLIN, 0},
                                {kept_.ended.get(), POLLIN, 0},
                                {stop_reading_.get(), POLLIN, 0}}};
  auto& [out, err, ended, stop] = polled;
  while ((out.fd >= 0 || err.fd >= 0 || ended.fd >= 0) && stop.revents == 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    const bool has_output = out.revents != 0 || err.revents != 0;
    read_some(out, &SpawnedServer::take_output);
    read_some(err, &SpawnedServer::take_log);
    if (out.fd < 0) note_silence();
    // Only when everything was read that the process had written.
    if (ended.revents != 0 && !has_output) note_end(ended);
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
  from.revents = 0;
}

void SpawnedServer::take_output(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  out_tail_.add(bytes);
  find_ready_line(bytes);
  if (url_ && when_changed_) when_changed_();
}

/// Looks at one line after the other, the last of which has only begun.
void SpawnedServer::find_ready_line(std::string_view bytes) {
  while (!url_ && !bytes.empty()) {
    const std::size_t size = std::min(bytes.find('\n'), bytes.size());
    is_line_too_long_ = is_line_too_long_ || line_.size() + size > kMaxReadyLine;
    if (!is_line_too_long_) line_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (bytes.empty()) return;
    bytes.remove_prefix(1);
    if (!is_line_too_long_) url_ = ready_url(line_);
    line_.clear();
    is_line_too_long_ = false;
  }
}

void SpawnedServer::take_log(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  err_tail_.add(bytes);
}

void SpawnedServer::note_end(pollfd& from) {
  ProgramEnd end;
  const bool is_known = ::read(from.fd, &end, sizeof end) == sizeof end;
  from.fd = -1;
  from.revents = 0;
  if (!is_known) return;
  const std::scoped_lock lock(mutex_);
  end_ = end;
  end_noted_.notify_all();
  if (when_changed_) when_changed_();
}

/// Nobody can write to its standard output any more.
void SpawnedServer::note_silence() {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(is_out_open_, false) && when_changed_) when_changed_();
}

// --- Being ready

Task<SpawnedServer::Ready> SpawnedServer::wait_until_ready(Signs signs, sched::Duration limit) {
  const sched::CancelScope deadline(sched::instant_after(sched::now(), limit));
  Ready ready = co_await wait_for_signs(signs);
  if (ready || !deadline.expired()) co_return ready;
  std::string why = fmt::format("{} in {}", ready.error(), text::format_duration(limit));
  const std::scoped_lock lock(mutex_);
  if (url_) why += fmt::format("; the server says that it is at {}, which --target can name", text::escape(*url_));
  co_return std::unexpected(std::move(why));
}

/// Cancelled, it says what was missing.
Task<SpawnedServer::Ready> SpawnedServer::wait_for_signs(const Signs& signs) {
  for (const transport::Url& target : signs.targets) {
    const std::expected<void, std::string> accepts = co_await wait_until_accepts(target);
    if (!accepts) co_return std::unexpected(accepts.error());
  }
  if (!signs.line) co_return Ready();
  co_return co_await wait_for_line();
}

/// Whether it can say no more and has not ended, as far as is known.
bool SpawnedServer::is_silent() const {
  const std::scoped_lock lock(mutex_);
  return !url_ && !end_;
}

Task<SpawnedServer::Ready> SpawnedServer::wait_for_line() {
  sched::Mailbox mailbox;
  if (!mailbox.opened()) co_return std::unexpected(describe(mailbox.opened().error()));
  sched::Event changed;
  {
    const std::scoped_lock lock(mutex_);
    when_changed_ = [&] { mailbox.post([&] { changed.set(); }); };
    if (url_ || end_ || !is_out_open_) when_changed_();
  }
  sched::Scope scope;
  scope.spawn(mailbox.deliver());
  const sched::Result<void> waited = co_await changed.wait();
  if (waited && is_silent()) {
    // The end of its output comes before its own, mostly by very little, and says less.
    const sched::CancelScope soon(sched::instant_after(sched::now(), kTimeToEnd));
    changed.reset();
    [[maybe_unused]] const sched::Result<void> ended = co_await changed.wait();
  }
  scope.cancel();
  [[maybe_unused]] const sched::Result<void> joined = co_await scope.join();
  {
    const std::scoped_lock lock(mutex_);
    when_changed_ = nullptr;
    if (url_) co_return *url_;
  }
  if (how_it_ended()) co_return std::unexpected(ended_before("it printed a READY line"));
  if (waited) co_return std::unexpected("the server closed its standard output and had printed no READY line");
  co_return std::unexpected("the server printed no READY line");
}

Task<std::expected<void, std::string>> SpawnedServer::wait_until_accepts(transport::Url target) {
  const transport::Addresses addresses = co_await transport::resolve(target);
  if (!addresses) co_return std::unexpected(addresses.error());
  do {
    for (const sched::Address& address : *addresses) {
      if (co_await sched::connect(address)) co_return std::expected<void, std::string>();
    }
    if (how_it_ended())
      co_return std::unexpected(
          ended_before(fmt::format("anything accepted connections at {}", text::escape(to_string(target)))));
  } while (co_await sched::sleep_for(kBetweenDials));
  co_return std::unexpected(fmt::format("nothing accepted connections at {}", text::escape(to_string(target))));
}

std::string SpawnedServer::ended_before(std::string_view what) const {
  return fmt::format("the server ended ({}) before {}", how_it_ended().value_or("unknown"), what);
}

}  // namespace client::run
