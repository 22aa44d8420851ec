#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "scheduler/backend.h"
#include "scheduler/backends/heap_buffers.h"
#include "scheduler/backends/simulated_network.h"
#include "scheduler/backends/simulated_trace.h"
#include "scheduler/backends/simulated_world.h"

// The simulated backend: a network, a clock and a source of luck in memory. A seed decides everything, so that what
// happened once happens again; nothing of the machine is looked at, neither time nor addresses nor the order of
// allocations.
//
// Time passes only in wait(): to the next event or the deadline, and a little for the turn's own work.

namespace sched {

struct SimulatedOptions {
  std::uint64_t seed = 1;

  /// Drawn from the seed where they are not given.
  std::optional<simulated::Conditions> conditions = std::nullopt;

  /// Called when nothing can happen any more: every fiber waits, no timer runs and nothing is on its way. It makes some
  /// fiber ready, or does not return. Where it is not given, the process is aborted with the trace's tail.
  std::function<void()> when_stuck = nullptr;
};

class SimulatedBackend final : public Backend {
 public:
  explicit SimulatedBackend(const SimulatedOptions& options);

  /// What happened so far, time and bytes included, as one number: equal for equal seeds.
  std::uint64_t trace_hash() const { return world_.trace.hash(); }

  /// How often chance brought something about.
  std::uint64_t count(simulated::Mark mark) const { return world_.trace.count(mark); }

  /// The seed, what happened last, and who waits for what; several lines for a person.
  std::string describe() const;

  std::string_view name() const override { return "simulated"; }
  Instant now() override { return world_.now; }
  std::chrono::microseconds time_of_day() override;
  std::uint64_t random() override { return world_.random.next(); }
  bool draws_order() const override { return true; }

  bool attempt(AcceptOperation& operation) override;
  bool attempt(ConnectOperation& operation) override;
  bool attempt(ReceiveOperation& operation) override;
  bool attempt(SendOperation& operation) override;
  bool attempt(FlushOperation& operation) override;
  bool attempt(ReadinessOperation& operation) override;
  void cancel(ConnectOperation& operation) override;
  void cancel(ReadinessOperation&) override {}

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
  bool is_closing() const override { return network_.is_closing(); }

 private:
  bool begin_connect(ConnectOperation& operation);
  void stuck();

  simulated::World world_;
  simulated::Network network_;
  const std::uint64_t seed_;
  std::function<void()> when_stuck_;
  HeapBuffers buffers_;
};

std::unique_ptr<SimulatedBackend> make_simulated_backend(const SimulatedOptions& options = {});

}  // namespace sched
