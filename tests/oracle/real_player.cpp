#include "tests/oracle/real_player.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace oracle {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBacklog = 64;

/// With a backlog of 0, one connection that nobody accepts fills it. The second one is for a kernel that takes one
/// more.
constexpr int kInTheQueue = 2;

/// So that soon nothing goes on to one that does not read.
constexpr int kReceiveBuffer = 65536;

void check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

sched::Descriptor new_socket() {
  sched::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  check(socket.get(), "socket");
  return socket;
}

/// Bound to a port that is free. As long as it does not listen, connecting to it is refused.
sched::Descriptor bound_socket() {
  sched::Descriptor socket = new_socket();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer), "SO_RCVBUF");
  check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  return socket;
}

sockaddr_in address_of(const sched::Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return address;
}

std::vector<sched::Descriptor> fill_backlog_of(const sched::Descriptor& listening) {
  const sockaddr_in address = address_of(listening);
  std::vector<sched::Descriptor> queue;
  for (int i = 0; i < kInTheQueue; ++i) {
    queue.push_back(new_socket());
    ::connect(queue.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  return queue;
}

void reset_on_close(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  check(::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
}

/// Its FIN goes before the reset that unread bytes would cause.
void close_orderly(int fd) {
  ::shutdown(fd, SHUT_WR);
  std::array<char, 4096> dropped;
  while (::recv(fd, dropped.data(), dropped.size(), 0) > 0) continue;
}

}  // namespace

RealPlayer::RealPlayer(const Server& server, unsigned slowness) : slowness_(slowness), start_(Clock::now()) {
  for (const auto& [port, script] : server) {
    Door& door = doors_.emplace_back(script, port, bound_socket());
    if (script.takes_nobody) {
      check(::listen(door.socket.get(), 0), "listen");
      door.queue = fill_backlog_of(door.socket);
    }
    open(door);
  }
}

Ports RealPlayer::ports() const {
  Ports ports;
  for (const Door& door : doors_) ports[door.port] = ntohs(address_of(door.socket).sin_port);
  return ports;
}

Time RealPlayer::time() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_).count() / slowness_;
}

void RealPlayer::open(Door& door) {
  const bool is_time = !door.script.takes_nobody && door.script.listens_from && *door.script.listens_from <= time();
  if (door.is_open || !is_time) return;
  check(::listen(door.socket.get(), kBacklog), "listen");
  door.is_open = true;
}

void RealPlayer::accept(Door& door) {
  for (;;) {
    sched::Descriptor socket(::accept4(door.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;
    const int yes = 1;
    check(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), "TCP_NODELAY");
    guests_.push_back({.socket = std::move(socket), .liar = Liar(door.script, door.accepted++, time())});
  }
}

void RealPlayer::hear(Guest& guest, Time now) {
  std::array<char, 16384> bytes;
  while (!guest.has_ended && guest.liar.reads()) {
    const ssize_t count = ::recv(guest.socket.get(), bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count > 0) {
      guest.liar.receive(now, {bytes.data(), static_cast<std::size_t>(count)});
      continue;
    }
    guest.has_ended = true;
    if (count == 0) guest.liar.on_fin(now);
  }
}

/// Whether the connection is still open.
bool RealPlayer::act(Guest& guest, Time now) {
  while (const auto action = guest.liar.act(now)) {
    switch (action->kind) {
      case Action::Kind::say:
        ::send(guest.socket.get(), action->bytes.data(), action->bytes.size(), MSG_NOSIGNAL);
        break;
      case Action::Kind::fin:
        ::shutdown(guest.socket.get(), SHUT_WR);
        break;
      case Action::Kind::close:
        close_orderly(guest.socket.get());
        return false;
      case Action::Kind::reset:
        reset_on_close(guest.socket.get());
        return false;
    }
  }
  return true;
}

std::optional<Time> RealPlayer::next_deed() const {
  std::optional<Time> next;
  const auto consider = [&next](std::optional<Time> at) {
    if (at) next = std::min(next.value_or(*at), *at);
  };
  for (const Door& door : doors_) {
    if (!door.is_open && !door.script.takes_nobody) consider(door.script.listens_from);
  }
  for (const Guest& guest : guests_) consider(guest.liar.next());
  return next;
}

void RealPlayer::wait(int end, std::vector<pollfd>& watched) const {
  watched.assign(1, {.fd = end, .events = POLLIN, .revents = 0});
  for (const Door& door : doors_) {
    if (door.is_open) watched.push_back({.fd = door.socket.get(), .events = POLLIN, .revents = 0});
  }
  for (const Guest& guest : guests_) {
    const bool can_hear = !guest.has_ended && guest.liar.reads();
    if (can_hear) watched.push_back({.fd = guest.socket.get(), .events = POLLIN, .revents = 0});
  }
  const auto next = next_deed();
  if (!next) {
    ::ppoll(watched.data(), watched.size(), nullptr, nullptr);
    return;
  }
  // A unit of its own time later, so that it is not the same time still.
  const auto until = std::chrono::microseconds(std::max<Time>(*next + 1, 0) * slowness_);
  const auto left = std::max(std::chrono::nanoseconds(until - (Clock::now() - start_)), std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
  ::ppoll(watched.data(), watched.size(), &timeout, nullptr);
}

void RealPlayer::play(int end) {
  std::vector<pollfd> watched;
  for (;;) {
    for (Door& door : doors_) {
      open(door);
      if (door.is_open) accept(door);
    }
    for (auto guest = guests_.begin(); guest != guests_.end();) {
      hear(*guest, time());
      guest = act(*guest, time()) ? std::next(guest) : guests_.erase(guest);
    }
    wait(end, watched);
    if (watched.front().revents != 0) return;
  }
}

}  // namespace oracle
