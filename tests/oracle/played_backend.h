#pragma once

#include <list>
#include <memory>
#include <vector>

#include "scheduler/backends/simulated.h"
#include "scheduler/listener.h"
#include "scheduler/stream.h"
#include "tests/oracle/liar.h"

// The simulated network with a server on it that is no task of the scheduler: it acts while time passes. So a run has
// its scheduler for itself, and the server does to the instant what its script says.

namespace oracle {

class PlayedBackend final : public sched::Backend {
 public:
  /// The server outlives it.
  PlayedBackend(const sched::SimulatedOptions& options, const Server& server);
  ~PlayedBackend() override;

  std::string_view name() const override { return network_.name(); }
  sched::Instant now() override { return network_.now(); }
  std::chrono::microseconds time_of_day() override { return network_.time_of_day(); }
  std::uint64_t random() override { return network_.random(); }
  bool draws_order() const override { return network_.draws_order(); }

  bool attempt(sched::AcceptOperation& operation) override { return network_.attempt(operation); }
  bool attempt(sched::ConnectOperation& operation) override;
  bool attempt(sched::ReceiveOperation& operation) override { return network_.attempt(operation); }
  bool attempt(sched::SendOperation& operation) override { return network_.attempt(operation); }
  bool attempt(sched::FlushOperation& operation) override { return network_.attempt(operation); }
  bool attempt(sched::ReadinessOperation& operation) override { return network_.attempt(operation); }
  void cancel(sched::ConnectOperation& operation) override;
  void cancel(sched::ReadinessOperation& operation) override { network_.cancel(operation); }

  sched::Result<sched::ListenerState*> listen(const sched::Address& address,
                                              const sched::ListenOptions& options) override {
    return network_.listen(address, options);
  }
  sched::Result<sched::ListenerState*> adopt(sched::Descriptor listening,
                                             const sched::ListenOptions& options) override {
    return network_.adopt(std::move(listening), options);
  }
  sched::Result<sched::Address> local_address(const sched::ListenerState& listener) override {
    return network_.local_address(listener);
  }
  void close(sched::ListenerState& listener) override { network_.close(listener); }
  sched::Result<sched::Address> local_address(const sched::StreamState& stream) override {
    return network_.local_address(stream);
  }
  sched::Result<sched::Address> peer_address(const sched::StreamState& stream) override {
    return network_.peer_address(stream);
  }
  sched::Result<void> shutdown_send(sched::StreamState& stream) override { return network_.shutdown_send(stream); }
  void close(sched::StreamState& stream, sched::Close how) override { network_.close(stream, how); }
  sched::Lease lend(std::size_t size) override { return network_.lend(size); }
  void wait(sched::Instant deadline) override;
  bool is_closing() const override { return network_.is_closing(); }

 private:
  struct Door {
    const Script& script;
    std::uint16_t port;
    sched::ListenerState* listener = nullptr;
    std::uint64_t accepted = 0;
  };
  struct Guest {
    sched::StreamState* stream;
    Liar liar;
    bool has_ended = false;  ///< sending
  };

  Time time() { return std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch()).count(); }
  std::optional<Time> next_deed();
  void act();
  bool is_unanswered(const sched::Address& to) const;
  void open(Door& door);
  void accept(Door& door);
  void hear(Guest& guest);
  bool act(Guest& guest);

  sched::SimulatedBackend network_;
  std::vector<Door> doors_;
  std::list<Guest> guests_;
};

}  // namespace oracle
