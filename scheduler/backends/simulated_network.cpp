#include "scheduler/backends/simulated_network.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace sched::simulated {

namespace {

/// Of net.ipv4.ip_local_port_range.
constexpr std::uint16_t kFirstPort = 32768;
constexpr std::uint16_t kLastPort = 60999;

/// A SYN that finds a full backlog is dropped and comes again after 1 s, 2 s, 4 s, …: net.ipv4.tcp_syn_retries times.
constexpr Duration kFirstRetry = std::chrono::seconds(1);
constexpr int kRetries = 6;

/// Some of what accept(2) may say of a connection.
constexpr std::array kOfOneConnection{ECONNABORTED, EPERM, ENETDOWN, EHOSTUNREACH, EOPNOTSUPP};

/// How soon after the end it is looked again whether all has arrived.
constexpr Duration kSettling = std::chrono::milliseconds(10);

Address any_host(int family, std::uint16_t port) { return *Address::ip(family == AF_INET ? "0.0.0.0" : "::", port); }

bool is_any_host(const Address& address) { return address == any_host(address.family(), address.port()); }

/// Whether two that listen at these would be in each other's way.
bool overlap(const Address& a, const Address& b) {
  if (a == b) return true;
  if (!a.is_ip() || a.family() != b.family() || a.port() != b.port()) return false;
  return is_any_host(a) || is_any_host(b);
}

/// Where a client is when it does not say: an address of the loopback interface has its first one as the other end.
Address default_source(const Address& to) {
  if (to.is_unix()) {
    const sockaddr unnamed{.sa_family = AF_UNIX, .sa_data = {}};
    return {&unnamed, sizeof unnamed.sa_family};
  }
  if (to.family() == AF_INET && to.host().starts_with("127.")) return *Address::ip("127.0.0.1", 0);
  return to.with_port(0);
}

Duration draw_mean_latency(World& world, bool is_unix) {
  const Conditions& conditions = world.conditions;
  return is_unix ? world.random.between(Duration::zero(), conditions.shortest_latency)
                 : world.random.between(conditions.shortest_latency, conditions.longest_latency);
}

}  // namespace

Connection::Connection(Network& network, World& world, std::uint64_t number, const Address& from, const Address& to,
                       const StreamOptions& options)
    : network_(network),
      world_(world),
      number_(number),
      client_(world, number * 2, from, to, options),
      to_client_(world, draw_mean_latency(world, to.is_unix()), client_) {}

void Connection::dial() { world_.events.add(*this, instant_after(world_.now, to_client_.draw_latency())); }

bool Connection::dial_again() {
  if (dialled_ == kRetries) return false;
  world_.events.add(*this, instant_after(world_.now, kFirstRetry * (1 << dialled_++)));
  return true;
}

void Connection::refuse(int error_number) {
  to_client_.send({.kind = Packet::Kind::refused, .amount = static_cast<std::uint64_t>(error_number), .bytes = {}});
}

void Connection::stand(const StreamOptions& server_options) {
  server_.emplace(world_, number_ * 2 + 1, client_.peer(), client_.local(), server_options);
  to_server_.emplace(world_, draw_mean_latency(world_, client_.is_unix()), *server_);
  client_.attach(*to_server_);
  server_->attach(to_client_);
  server_->stand(client_.window());
  to_client_.send({.kind = Packet::Kind::connected, .amount = server_->window(), .bytes = {}});
}

void Connection::settle() {
  world_.events.remove(*this);
  world_.events.add(*this, instant_after(world_.now, kSettling));
}

void Connection::expire() {
  if (!is_closed()) return network_.on_dialled(*this);
  if (to_client_.is_empty() && (!to_server_ || to_server_->is_empty())) return network_.on_settled(*this);
  settle();
}

std::string Connection::describe() const {
  std::string text = "  " + client_.describe() + "\n";
  if (server_) text += "  " + server_->describe() + "\n";
  return text;
}

Result<void> Network::open_descriptor(const char* operation) {
  if (descriptors_ >= world_.conditions.descriptors) {
    world_.trace.mark(Mark::out_of_descriptors);
    return system_error(operation, EMFILE);
  }
  ++descriptors_;
  return {};
}

bool Network::is_taken(const Address& local, PortSharing sharing) const {
  for (const auto& [number, listener] : listeners_) {
    const bool shared = sharing == PortSharing::more && listener->options.sharing != PortSharing::none;
    if (overlap(listener->local, local) && !shared) return true;
  }
  const auto client = in_use_.lower_bound({local, Address()});
  return client != in_use_.end() && client->first == local;
}

std::optional<Address> Network::with_free_port(const Address& local, const Address& remote) {
  for (int tries = kLastPort - kFirstPort + 1; tries > 0; --tries) {
    const Address candidate = local.with_port(next_port_);
    next_port_ = next_port_ == kLastPort ? kFirstPort : static_cast<std::uint16_t>(next_port_ + 1);
    const bool listened_at =
        std::ranges::any_of(listeners_, [&](const auto& entry) { return overlap(entry.second->local, candidate); });
    if (!listened_at && !in_use_.contains({candidate, remote})) return candidate;
  }
  return std::nullopt;
}

Result<ListeningSocket*> Network::listen(const Address& address, const ListenOptions& options) {
  if (!address.is_ip() && !address.is_unix()) return system_error("socket", EAFNOSUPPORT);
  if (const auto opened = open_descriptor("socket"); !opened) return std::unexpected(opened.error());
  std::optional<Address> local = address;
  if (address.is_ip() && address.port() == 0) local = with_free_port(address, Address());
  if (!local || is_taken(*local, options.sharing)) {
    --descriptors_;
    return system_error("bind", EADDRINUSE);
  }
  const std::uint64_t number = ++last_number_;
  world_.record("listen", number);
  if (address.is_unix()) paths_.insert(address);
  auto& listener = listeners_[number];
  listener = std::make_unique<ListeningSocket>(number, *local, options);
  return listener.get();
}

Result<Socket*> Network::accept(ListeningSocket& listener) {
  if (listener.queue.empty()) return failure(ErrorCode::would_block, "accept");
  if (world_.random.one_in(world_.conditions.one_short_accept_in)) {
    world_.trace.mark(Mark::short_accept);
    return system_error("accept", ENOBUFS);
  }
  if (world_.random.one_in(world_.conditions.one_lost_accept_in)) {
    world_.trace.mark(Mark::lost_accept);
    drop(take_first(listener));
    return system_error("accept", kOfOneConnection.at(world_.random.between(0, kOfOneConnection.size() - 1)));
  }
  if (const auto opened = open_descriptor("accept"); !opened) return std::unexpected(opened.error());
  Socket& socket = take_first(listener).server();
  world_.record("accept", socket.number());
  return &socket;
}

/// Takes the first of the queue out of it, and makes room for one that waits.
Connection& Network::take_first(ListeningSocket& listener) {
  Connection& first = *listener.queue.front();
  listener.queue.pop_front();
  if (!listener.waiting.empty()) {
    Connection& next = *listener.waiting.front();
    listener.waiting.pop_front();
    take_in(listener, next);
  }
  return first;
}

/// Closes the server's end of a connection that no process has accepted.
void Network::drop(Connection& connection) {
  connection.server().drop();
  if (!connection.is_closed()) return;
  ++closing_;
  connection.settle();
}

void Network::close(ListeningSocket& listener) {
  world_.record("close", listener.number);
  --descriptors_;
  for (Connection* connection : listener.queue) drop(*connection);
  for (Connection* connection : listener.waiting) connection->refuse(ECONNREFUSED);
  listeners_.erase(listener.number);
}

Result<Address> Network::choose_local(const Address& to, const std::optional<Address>& from) {
  const Address local = from.value_or(default_source(to));
  if (local.family() != to.family()) return system_error("bind", EAFNOSUPPORT);
  if (local.is_ip() && local.port() == 0) {
    const std::optional<Address> chosen = with_free_port(local, to);
    if (!chosen) return system_error("connect", EADDRNOTAVAIL);
    return *chosen;
  }
  if (from && is_taken(local, PortSharing::none)) return system_error("bind", EADDRINUSE);
  return local;
}

Result<Socket*> Network::connect(const Address& to, const StreamOptions& options, const std::optional<Address>& from) {
  if (!to.is_ip() && !to.is_unix()) return system_error("socket", EAFNOSUPPORT);
  if (const auto opened = open_descriptor("socket"); !opened) return std::unexpected(opened.error());
  const Result<Address> local = choose_local(to, from);
  if (!local) {
    --descriptors_;
    return std::unexpected(local.error());
  }
  const std::uint64_t number = ++last_number_;
  auto& connection = connections_[number];
  connection = std::make_unique<Connection>(*this, world_, number, *local, to, options);
  world_.record("connect", connection->client().number());
  if (local->is_ip() || from) in_use_.insert({*local, to});
  connection->dial();
  return &connection->client();
}

ListeningSocket* Network::find_listener(const Address& to) {
  std::vector<ListeningSocket*> exact;
  std::vector<ListeningSocket*> any;
  for (const auto& [number, listener] : listeners_) {
    if (listener->local == to) {
      exact.push_back(listener.get());
    } else if (overlap(listener->local, to)) {
      any.push_back(listener.get());
    }
  }
  const std::vector<ListeningSocket*>& found = exact.empty() ? any : exact;
  return found.empty() ? nullptr : found[world_.random.between(0, found.size() - 1)];
}

void Network::on_dialled(Connection& connection) {
  const Address& to = connection.client().peer();
  ListeningSocket* listener = find_listener(to);
  if (listener == nullptr) {
    world_.trace.mark(Mark::refused);
    const bool is_missing_path = to.is_unix() && !to.host().starts_with('@') && !paths_.contains(to);
    return connection.refuse(is_missing_path ? ENOENT : ECONNREFUSED);
  }
  if (!listener->is_full()) {
    take_in(*listener, connection);
    if (listener->watcher != nullptr) listener->watcher->on_readable();
    return;
  }
  world_.trace.mark(Mark::backlog_full);
  if (to.is_unix()) {
    listener->waiting.push_back(&connection);
  } else if (!connection.dial_again()) {
    connection.client().fail(ETIMEDOUT);
  }
}

void Network::take_in(ListeningSocket& listener, Connection& connection) {
  connection.stand(listener.options.streams);
  listener.queue.push_back(&connection);
}

void Network::close(Socket& socket, Close how) {
  --descriptors_;
  socket.close(how);
  Connection& connection = *connections_.at(socket.number() / 2);
  if (&socket == &connection.client()) {
    in_use_.erase({socket.local(), socket.peer()});
    for (const auto& [number, listener] : listeners_) std::erase(listener->waiting, &connection);
  }
  if (!connection.is_closed()) return;
  ++closing_;
  connection.settle();
}

void Network::reap() {
  for (const std::uint64_t number : std::exchange(over_, {})) {
    connections_.erase(number);
    --closing_;
  }
}

std::string Network::describe() const {
  std::string text;
  for (const auto& [number, listener] : listeners_) {
    text += "  " + std::to_string(number) + " " + listener->local.to_string() + ": " +
            (listener->watcher != nullptr ? listener->watcher->waits_for() : "closed") + " (" +
            std::to_string(listener->queue.size()) + " queued)\n";
  }
  for (const auto& [number, connection] : connections_) text += connection->describe();
  return text;
}

}  // namespace sched::simulated
