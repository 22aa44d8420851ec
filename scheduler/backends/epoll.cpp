#include "scheduler/backends/epoll.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <memory>
#include <new>
#include <span>

#include "scheduler/backends/accept_retries.h"
#include "scheduler/backends/connect_retries.h"
#include "scheduler/backends/epoll_stream.h"
#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/socket.h"
#include "scheduler/check.h"
#include "scheduler/intrusive_list.h"
#include "scheduler/listener.h"
#include "scheduler/prefetch.h"
#include "scheduler/readiness.h"
#include "scheduler/stream.h"

namespace sched {

namespace {

/// Few enough that what an event has touched is still in the cache when its fiber goes on.
constexpr std::size_t kEventsAWait = 64;

/// So many events before its own, a stream is asked for.
constexpr std::size_t kPrefetchedAhead = 4;

/// A send of up to so many bytes that is not the first of its stream in a turn waits for the turn's end: copying it is
/// cheaper than a system call.
constexpr std::size_t kCorkedAtMost = 2048;

struct EpollListener final : ListenerState, EpollSource {
  EpollListener(Descriptor descriptor, const StreamOptions& stream_options)
      : fd(std::move(descriptor)), options(stream_options) {}

  void on_events(std::uint32_t) override {
    acceptable = true;
    if (acceptor != nullptr) acceptor->wake();
  }

  Descriptor fd;
  const StreamOptions options;
  AcceptRetries retries;
  bool acceptable = true;
};

/// It is in the operation's own memory, and has nothing to destroy.
struct WatchedDescriptor final : EpollSource {
  explicit WatchedDescriptor(ReadinessOperation& waiting) : operation(waiting) {}

  void on_events(std::uint32_t) override {
    operation.result = {};
    operation.wake();
  }

  ReadinessOperation& operation;
};

class EpollBackend final : public Backend {
 public:
  explicit EpollBackend(Descriptor epoll) : epoll_(std::move(epoll)) {}

  std::string_view name() const override { return "epoll"; }
  Instant now() override { return now_ = system::now(); }
  std::chrono::microseconds time_of_day() override { return system::time_of_day(); }
  std::uint64_t random() override { return system::random(); }

  bool attempt(AcceptOperation& operation) override;
  bool attempt(ConnectOperation& operation) override;
  bool attempt(ReceiveOperation& operation) override { return stream_of(operation).attempt(operation, buffers_); }
  bool attempt(SendOperation& operation) override;
  bool attempt(FlushOperation& operation) override { return stream_of(operation).flushed(operation); }
  bool attempt(ReadinessOperation& operation) override;
  void cancel(ConnectOperation& operation) override;
  void cancel(ReadinessOperation& operation) override;

  Result<ListenerState*> listen(const Address& address, const ListenOptions& options) override;
  Result<ListenerState*> adopt(Descriptor listening, const ListenOptions& options) override;
  Result<Address> local_address(const ListenerState& listener) override;
  void close(ListenerState& listener) override;
  Result<Address> local_address(const StreamState& stream) override;
  Result<Address> peer_address(const StreamState& stream) override;
  Result<void> shutdown_send(StreamState& stream) override;
  void close(StreamState& stream, Close how) override;

  Lease lend(std::size_t size) override { return buffers_.lend(size); }
  void wait(Instant deadline) override;
  bool is_closing() const override { return false; }

 private:
  static EpollStream& stream_of(auto& operation) { return static_cast<EpollStream&>(operation.stream); }
  Result<EpollStream*> make_stream(Descriptor fd, const StreamOptions& options);
  Result<void> watch(int fd, std::uint32_t events, EpollSource& source);
  bool finish_connect(ConnectOperation& operation, int error_number);
  bool finish_begun_connect(ConnectOperation& operation, EpollStream& stream);
  bool uncork();
  int wait_for_events(Duration wait);

  Descriptor epoll_;
  bool has_exact_wait_ = true;  ///< epoll_pwait2(2); Linux before 5.11 has none, and old filters forbid it
  std::uint64_t turn_ = 1;
  IntrusiveList<EpollStream, CorkedTag> corked_;
  Instant now_{};  ///< when the clock was looked at last
  HeapBuffers buffers_;
  ConnectRetries retries_;
  std::array<epoll_event, kEventsAWait> events_{};
};

Result<void> EpollBackend::watch(int fd, std::uint32_t events, EpollSource& source) {
  epoll_event event{.events = events, .data = {.ptr = &source}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return system_error("epoll_ctl", errno);
  return {};
}

Result<EpollStream*> EpollBackend::make_stream(Descriptor fd, const StreamOptions& options) {
  std::unique_ptr<EpollStream> stream(new (std::nothrow) EpollStream(std::move(fd), options));
  if (!stream) return failure(ErrorCode::out_of_memory, "stream");
  const auto watched = watch(stream->fd.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *stream);
  if (!watched) return std::unexpected(watched.error());
  return stream.release();
}

Result<ListenerState*> EpollBackend::listen(const Address& address, const ListenOptions& options) {
  Result<Descriptor> fd = system::listen(address, options);
  if (!fd) return std::unexpected(fd.error());
  return adopt(std::move(*fd), options);
}

Result<ListenerState*> EpollBackend::adopt(Descriptor listening, const ListenOptions& options) {
  std::unique_ptr<EpollListener> listener(new (std::nothrow) EpollListener(std::move(listening), options.streams));
  if (!listener) return failure(ErrorCode::out_of_memory, "listen");
  const auto watched = watch(listener->fd.get(), EPOLLIN | EPOLLET | EPOLLEXCLUSIVE, *listener);
  if (!watched) return std::unexpected(watched.error());
  return listener.release();
}

Result<Address> EpollBackend::local_address(const ListenerState& listener) {
  return system::local_address(static_cast<const EpollListener&>(listener).fd.get());
}

void EpollBackend::close(ListenerState& state) {
  auto& listener = static_cast<EpollListener&>(state);
  // Other threads may have the same socket open, and then closing it here would leave it registered.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener.fd.get(), nullptr);
  delete &listener;
}

bool EpollBackend::attempt(AcceptOperation& operation) {
  auto& listener = static_cast<EpollListener&>(operation.listener);
  const bool waits = operation.wait == AcceptOperation::Wait::yes;
  while (listener.acceptable || !waits) {
    sockaddr_un storage{};
    auto* peer = reinterpret_cast<sockaddr*>(&storage);
    socklen_t length = sizeof storage;
    Descriptor fd(::accept4(listener.fd.get(), peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      listener.retries.has_accepted();
      operation.peer = Address(peer, length);
      Result<EpollStream*> stream = make_stream(std::move(fd), listener.options);
      if (stream) operation.result = *stream;
      if (!stream) operation.result = std::unexpected(stream.error());
      return true;
    }
    if (errno == EAGAIN) {
      listener.acceptable = false;
      if (waits) return false;
      operation.result = failure(ErrorCode::would_block, "accept");
      return true;
    }
    if (!listener.retries.again_after(errno)) {
      operation.result = system_error("accept", errno);
      return true;
    }
  }
  return false;
}

bool EpollBackend::attempt(SendOperation& operation) {
  EpollStream& stream = stream_of(operation);
  if (stream.last_turn_sent != turn_) {
    stream.last_turn_sent = turn_;
    return stream.attempt(operation, buffers_);
  }
  if (operation.left() > kCorkedAtMost) {
    stream.write_queue();
    return stream.attempt(operation, buffers_);
  }
  if (!stream.is_linked()) corked_.push_back(stream);
  return stream.put_off(operation, buffers_);
}

/// Whether someone may have been woken by it.
bool EpollBackend::uncork() {
  bool awaited = false;
  while (EpollStream* stream = corked_.pop_front()) {
    awaited |= stream->sender != nullptr || stream->flusher != nullptr;
    stream->write_queue();
    stream->wake_writers();
  }
  return awaited;
}

bool EpollBackend::finish_connect(ConnectOperation& operation, int error_number) {
  auto* stream = static_cast<EpollStream*>(std::exchange(operation.state, nullptr));
  stream->connecting = nullptr;
  if (error_number != 0 && !system::is_reset_after_connecting(error_number)) {
    delete stream;
    operation.result = system_error("connect", error_number);
    return true;
  }
  if (error_number != 0) {
    stream->ending = true;
    stream->was_reset_while_connecting();
  }
  operation.result = stream;
  return true;
}

/// connect(2) is not asked again: where the peer has reset by then, it would drop what came before that.
bool EpollBackend::finish_begun_connect(ConnectOperation& operation, EpollStream& stream) {
  if (stream.connect_events == 0) return false;
  const bool may_have_failed = (stream.connect_events & (EPOLLERR | EPOLLHUP)) != 0;
  return finish_connect(operation, may_have_failed ? system::pending_error(stream.fd.get()) : 0);
}

bool EpollBackend::attempt(ConnectOperation& operation) {
  auto* stream = static_cast<EpollStream*>(operation.state);
  if (stream == nullptr) {
    Result<Descriptor> fd = system::socket_to(operation.to, operation.options, operation.from);
    if (!fd) {
      operation.result = std::unexpected(fd.error());
      return true;
    }
    Result<EpollStream*> made = make_stream(std::move(*fd), operation.options);
    if (!made) {
      operation.result = std::unexpected(made.error());
      return true;
    }
    operation.state = stream = *made;
    stream->connecting = &operation;
  }
  if (stream->connect_begun) return finish_begun_connect(operation, *stream);
  if (::connect(stream->fd.get(), operation.to.data(), operation.to.size()) == 0) return finish_connect(operation, 0);
  if (errno == EINPROGRESS || errno == EINTR) {
    stream->connect_begun = true;
    return false;
  }
  if (errno != EAGAIN || !operation.to.is_unix()) return finish_connect(operation, errno);
  retries_.add(operation);
  return false;
}

void EpollBackend::cancel(ConnectOperation& operation) {
  retries_.remove(operation);
  delete static_cast<EpollStream*>(std::exchange(operation.state, nullptr));
  operation.complete();
}

bool EpollBackend::attempt(ReadinessOperation& operation) {
  auto* watched = static_cast<WatchedDescriptor*>(operation.state);
  if (watched != nullptr) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, operation.fd, nullptr);
    operation.state = nullptr;
    return true;
  }
  watched = new (operation.room.data()) WatchedDescriptor(operation);
  const std::uint32_t events = operation.ready == Ready::to_read ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
  const Result<void> result = watch(operation.fd, events | EPOLLONESHOT, *watched);
  if (result) {
    operation.state = watched;
    return false;
  }
  // EPERM: the descriptor is a regular file or a directory, which is always ready.
  operation.result = result.error().error_number == EPERM ? Result<void>{} : result;
  return true;
}

void EpollBackend::cancel(ReadinessOperation& operation) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, operation.fd, nullptr);
  operation.state = nullptr;
  operation.result = failure(ErrorCode::cancelled, "poll");
  operation.complete();
}

Result<Address> EpollBackend::local_address(const StreamState& stream) {
  return system::local_address(static_cast<const EpollStream&>(stream).fd.get());
}

Result<Address> EpollBackend::peer_address(const StreamState& stream) {
  return system::peer_address(static_cast<const EpollStream&>(stream).fd.get());
}

Result<void> EpollBackend::shutdown_send(StreamState& state) {
  if (::shutdown(static_cast<EpollStream&>(state).fd.get(), SHUT_WR) != 0) return system_error("shutdown", errno);
  return {};
}

void EpollBackend::close(StreamState& state, Close how) {
  auto& stream = static_cast<EpollStream&>(state);
  if (how == Close::reset) system::reset_on_close(stream.fd.get());
  if (stream.is_linked()) {
    stream.unlink();
    if (how == Close::orderly) stream.write_queue();
  }
  delete &stream;
}

/// Returns what epoll_wait(2) does.
int EpollBackend::wait_for_events(Duration wait) {
  const auto room = static_cast<int>(events_.size());
  if (has_exact_wait_) {
    const timespec limit{.tv_sec = wait.count() / 1'000'000'000, .tv_nsec = wait.count() % 1'000'000'000};
    const bool is_endless = wait == Duration::max();
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), room, is_endless ? nullptr : &limit, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    has_exact_wait_ = false;
  }
  // Never before the deadline, which would be looked at again and again until it has come.
  constexpr std::chrono::milliseconds kLongest(std::numeric_limits<int>::max());
  const auto limit = std::min(std::chrono::ceil<std::chrono::milliseconds>(wait), kLongest);
  return ::epoll_wait(epoll_.get(), events_.data(), room, static_cast<int>(limit.count()));
}

void EpollBackend::wait(Instant deadline) {
  ++turn_;
  const bool awaited = uncork();
  const Duration wait = awaited ? Duration::zero() : retries_.limit(system::time_until(deadline, now_));
  const int count = wait_for_events(wait);
  check(count >= 0 || errno == EINTR, "the kernel does not wait for events");
  const std::span happened = std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
  for (std::size_t i = 0; i < happened.size(); ++i) {
    if (i + kPrefetchedAhead < happened.size()) prefetch(happened[i + kPrefetchedAhead].data.ptr, sizeof(EpollStream));
    static_cast<EpollSource*>(happened[i].data.ptr)->on_events(happened[i].events);
  }
  retries_.wake();
}

}  // namespace

Result<std::unique_ptr<Backend>> make_epoll_backend() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return system_error("epoll_create1", errno);
  return std::make_unique<EpollBackend>(std::move(epoll));
}

}  // namespace sched
