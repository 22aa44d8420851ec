#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/address.h"
#include "scheduler/backend.h"
#include "scheduler/backends/simulated_link.h"
#include "scheduler/backends/simulated_socket.h"
#include "scheduler/backends/simulated_world.h"
#include "scheduler/result.h"

// The simulated network: who listens where, who is connected to whom. It is one machine: every address is its own, and
// what is connected is connected here. It has no files: the path of a Unix socket is free again when it is closed.

namespace sched::simulated {

class Network;

/// Two sockets and what is on its way between them.
class Connection final : private Timer {
 public:
  Connection(Network& network, World& world, std::uint64_t number, const Address& from, const Address& to,
             const StreamOptions& options);
  ~Connection() { world_.events.remove(*this); }

  std::uint64_t number() const { return number_; }
  Socket& client() { return client_; }
  Socket& server() { return *server_; }

  /// Knocks at the listener now: after the link's latency, the network is told.
  void dial();
  /// Knocks again, later each time. False when it is time to give up.
  bool dial_again();
  void refuse(int error_number);
  /// The listener has taken it in: there is a server's end from now on.
  void stand(const StreamOptions& server_options);

  /// Whether no process has an end of it.
  bool is_closed() const { return client_.is_closed() && (!server_ || server_->is_closed()); }
  /// Looks from now on whether everything that was on its way has arrived, and then tells the network.
  void settle();

  /// For a person.
  std::string describe() const;

 private:
  void expire() override;

  Network& network_;
  World& world_;
  const std::uint64_t number_;
  int dialled_ = 0;
  Socket client_;
  Link to_client_;
  std::optional<Socket> server_;
  std::optional<Link> to_server_;
};

struct ListeningSocket {
  std::uint64_t number;
  Address local;
  ListenOptions options;
  Watcher* watcher = nullptr;
  std::deque<Connection*> queue;    ///< they stand and are not accepted
  std::deque<Connection*> waiting;  ///< Unix: they wait for room in the queue

  /// listen(2) lets one more wait than its backlog says.
  bool is_full() const { return queue.size() > static_cast<std::size_t>(options.backlog); }
};

class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Result<ListeningSocket*> listen(const Address& address, const ListenOptions& options);
  /// The server's end of the connection that has waited longest. Errors: would_block, EMFILE, those of one connection
  /// and, where the conditions have them, of want of memory.
  Result<Socket*> accept(ListeningSocket& listener);
  void close(ListeningSocket& listener);

  /// The client's end of a connection that may stand later (Socket::outcome).
  Result<Socket*> connect(const Address& to, const StreamOptions& options, const std::optional<Address>& from);
  void close(Socket& socket, Close how);

  /// Frees what is over. Not from within an event.
  void reap();
  /// Whether something of what was closed is still on its way.
  bool is_closing() const { return closing_ > 0; }

  /// For a person: every socket that is open, and what its owner waits for.
  std::string describe() const;

  // For connections.
  void on_dialled(Connection& connection);
  void on_settled(Connection& connection) { over_.push_back(connection.number()); }

 private:
  Result<void> open_descriptor(const char* operation);
  bool is_taken(const Address& local, PortSharing sharing) const;
  std::optional<Address> with_free_port(const Address& local, const Address& remote);
  Result<Address> choose_local(const Address& to, const std::optional<Address>& from);
  ListeningSocket* find_listener(const Address& to);
  void take_in(ListeningSocket& listener, Connection& connection);
  Connection& take_first(ListeningSocket& listener);
  void drop(Connection& connection);

  World& world_;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::map<std::uint64_t, std::unique_ptr<ListeningSocket>> listeners_;
  std::set<std::pair<Address, Address>> in_use_;  ///< local and remote, of clients
  std::set<Address> paths_;                       ///< of Unix sockets, whether they are still open or not
  std::vector<std::uint64_t> over_;
  std::uint64_t last_number_ = 0;
  std::uint64_t closing_ = 0;
  std::uint32_t descriptors_ = 0;
  std::uint16_t next_port_ = 32768;
};

}  // namespace sched::simulated
