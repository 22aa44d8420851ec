#include "scheduler/backends/simulated.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "scheduler/backends/accept_retries.h"
#include "scheduler/backends/polled_stream.h"
#include "scheduler/check.h"
#include "scheduler/listener.h"
#include "scheduler/readiness.h"
#include "scheduler/stream.h"

namespace sched {

namespace {

using simulated::Conditions;
using simulated::Mark;
using simulated::Socket;
using simulated::World;

/// The time of day at which every simulation begins: 2000-01-01T00:00:00Z.
constexpr std::chrono::seconds kStart{946'684'800};

/// What a turn takes, so that time passes for those who never wait, too.
constexpr Duration kTurn = std::chrono::microseconds(1);

/// How much later something that was drawn to be late happens, at most.
constexpr Duration kLate = std::chrono::milliseconds(1);

Instant some_time_from_now(World& world) {
  return instant_after(world.now, world.random.between(Duration::zero(), kLate));
}

/// Lets `timer` wake its parked operations for nothing, if chance wants it.
void perhaps_wake(World& world, Timer& timer) {
  if (timer.is_pending() || !world.random.one_in(world.conditions.one_spurious_wake_in)) return;
  world.events.add(timer, some_time_from_now(world));
}

class SimulatedStream final : public PolledStream, public simulated::Watcher, private Timer {
 public:
  SimulatedStream(World& world, Socket& its_socket, const StreamOptions& stream_options)
      : PolledStream(stream_options), socket(its_socket), world_(world) {
    socket.watch(*this);
  }
  ~SimulatedStream() { world_.events.remove(*this); }

  /// An operation was parked.
  void on_parked() { perhaps_wake(world_, *this); }

  void on_readable() override { became_readable(); }
  void on_writable() override {
    if (connecting != nullptr) return connecting->wake();
    became_writable();
  }
  std::string waits_for() const override;

  /// The connect that makes this stream was cancelled: it ends now or later.
  void cancel_connect();
  bool is_cancelled() const { return cancelled_ && !is_pending(); }
  bool is_being_cancelled() const { return cancelled_ && is_pending(); }

  Result<std::size_t> read(std::span<std::byte> into) { return socket.receive(into); }
  Result<std::size_t> write(std::span<iovec> parts) { return socket.send(parts); }
  Result<std::size_t> write(Bytes bytes) {
    std::array part{iovec{const_cast<std::byte*>(bytes.data()), bytes.size()}};
    return socket.send(part);
  }

  Socket& socket;
  ConnectOperation* connecting = nullptr;

 private:
  void expire() override;

  /// Null where none is parked.
  std::array<Operation*, 4> parked_operations() const { return {connecting, receiver, sender, flusher}; }

  World& world_;
  bool cancelled_ = false;
};

std::string SimulatedStream::waits_for() const {
  std::string text;
  for (const Operation* operation : parked_operations()) {
    if (operation != nullptr) text += (text.empty() ? "" : " and ") + std::string(operation->name());
  }
  return text.empty() ? "nothing" : text;
}

void SimulatedStream::cancel_connect() {
  if (cancelled_) return;
  cancelled_ = true;
  world_.events.remove(*this);
  if (!world_.random.one_in(world_.conditions.one_late_cancel_in)) return connecting->wake();
  world_.trace.mark(Mark::late_cancel);
  world_.events.add(*this, some_time_from_now(world_));
}

void SimulatedStream::expire() {
  for (Operation* operation : parked_operations()) {
    if (operation == nullptr) continue;
    if (!cancelled_) world_.trace.mark(Mark::spurious_wake);
    operation->wake();
  }
}

class SimulatedListener final : public ListenerState, public simulated::Watcher, private Timer {
 public:
  SimulatedListener(World& world, simulated::ListeningSocket& its_socket) : socket(its_socket), world_(world) {
    socket.watcher = this;
  }
  ~SimulatedListener() { world_.events.remove(*this); }

  void on_parked() { perhaps_wake(world_, *this); }

  void on_readable() override {
    if (acceptor != nullptr) acceptor->wake();
  }
  void on_writable() override {}
  std::string waits_for() const override { return acceptor != nullptr ? acceptor->name() : "nothing"; }

  simulated::ListeningSocket& socket;
  AcceptRetries retries;

 private:
  void expire() override {
    if (acceptor != nullptr) world_.trace.mark(Mark::spurious_wake);
    on_readable();
  }

  World& world_;
};

SimulatedStream& of(StreamState& state) { return static_cast<SimulatedStream&>(state); }
const SimulatedStream& of(const StreamState& state) { return static_cast<const SimulatedStream&>(state); }
SimulatedListener& of(ListenerState& state) { return static_cast<SimulatedListener&>(state); }

/// True when the operation is done; else its stream is told that one was parked.
bool done_or_parked(bool done, SimulatedStream& stream) {
  if (!done) stream.on_parked();
  return done;
}

}  // namespace

SimulatedBackend::SimulatedBackend(const SimulatedOptions& options)
    : world_{.conditions = options.conditions.value_or(Conditions::drawn_from(options.seed)),
             .random = simulated::Random(options.seed),
             .trace = {},
             .events = {},
             .now = {}},
      network_(world_),
      seed_(options.seed),
      when_stuck_(options.when_stuck) {}

std::string SimulatedBackend::describe() const {
  return "simulation with seed " + std::to_string(seed_) + "\nwhat happened last, with the number of the socket:\n" +
         world_.trace.tail() + "what is open, and what it waits for:\n" + network_.describe();
}

std::chrono::microseconds SimulatedBackend::time_of_day() {
  return kStart + std::chrono::duration_cast<std::chrono::microseconds>(world_.now.time_since_epoch());
}

bool SimulatedBackend::attempt(AcceptOperation& operation) {
  SimulatedListener& listener = of(operation.listener);
  Result<Socket*> socket = network_.accept(listener.socket);
  while (!socket && listener.retries.again_after(socket.error().error_number))
    socket = network_.accept(listener.socket);
  if (socket) {
    listener.retries.has_accepted();
    operation.peer = (*socket)->peer();
    operation.result = new SimulatedStream(world_, **socket, listener.socket.options.streams);
    return true;
  }
  if (operation.wait == AcceptOperation::Wait::yes && socket.error().code == ErrorCode::would_block) {
    listener.on_parked();
    return false;
  }
  operation.result = std::unexpected(socket.error());
  return true;
}

bool SimulatedBackend::attempt(ConnectOperation& operation) {
  if (operation.state == nullptr) return begin_connect(operation);
  auto& stream = *static_cast<SimulatedStream*>(operation.state);
  const Result<void> outcome = stream.socket.outcome();
  const bool waits = !outcome && outcome.error().code == ErrorCode::would_block;
  if (stream.is_being_cancelled() || (waits && !stream.is_cancelled())) return done_or_parked(false, stream);
  operation.state = nullptr;
  stream.connecting = nullptr;
  world_.record("connected", stream.socket.number(), outcome ? 1 : 0);
  if (outcome && !stream.is_cancelled()) {
    operation.result = &stream;
    return true;
  }
  if (!stream.is_cancelled()) operation.result = std::unexpected(outcome.error());
  close(stream, Close::orderly);
  return true;
}

bool SimulatedBackend::begin_connect(ConnectOperation& operation) {
  const Result<Socket*> socket = network_.connect(operation.to, operation.options, operation.from);
  if (!socket) {
    operation.result = std::unexpected(socket.error());
    return true;
  }
  auto* stream = new SimulatedStream(world_, **socket, operation.options);
  stream->connecting = &operation;
  operation.state = stream;
  return done_or_parked(false, *stream);
}

void SimulatedBackend::cancel(ConnectOperation& operation) {
  static_cast<SimulatedStream*>(operation.state)->cancel_connect();
}

bool SimulatedBackend::attempt(ReceiveOperation& operation) {
  SimulatedStream& stream = of(operation.stream);
  return done_or_parked(stream.attempt(operation, buffers_), stream);
}

bool SimulatedBackend::attempt(SendOperation& operation) {
  SimulatedStream& stream = of(operation.stream);
  return done_or_parked(stream.attempt(operation, buffers_), stream);
}

bool SimulatedBackend::attempt(FlushOperation& operation) {
  SimulatedStream& stream = of(operation.stream);
  return done_or_parked(stream.flushed(operation), stream);
}

bool SimulatedBackend::attempt(ReadinessOperation& operation) {
  operation.result = system_error("poll", ENOSYS);
  return true;
}

Result<ListenerState*> SimulatedBackend::listen(const Address& address, const ListenOptions& options) {
  const Result<simulated::ListeningSocket*> socket = network_.listen(address, options);
  if (!socket) return std::unexpected(socket.error());
  return new SimulatedListener(world_, **socket);
}

Result<ListenerState*> SimulatedBackend::adopt(Descriptor, const ListenOptions&) {
  return system_error("adopt", ENOSYS);
}

Result<Address> SimulatedBackend::local_address(const ListenerState& listener) {
  return static_cast<const SimulatedListener&>(listener).socket.local;
}

void SimulatedBackend::close(ListenerState& state) {
  SimulatedListener& listener = of(state);
  network_.close(listener.socket);
  delete &listener;
}

Result<Address> SimulatedBackend::local_address(const StreamState& stream) { return of(stream).socket.local(); }
Result<Address> SimulatedBackend::peer_address(const StreamState& stream) { return of(stream).socket.peer(); }
Result<void> SimulatedBackend::shutdown_send(StreamState& stream) { return of(stream).socket.shutdown_send(); }

void SimulatedBackend::close(StreamState& state, Close how) {
  SimulatedStream& stream = of(state);
  network_.close(stream.socket, how);
  delete &stream;
}

void SimulatedBackend::wait(Instant deadline) {
  world_.now += kTurn;
  const Instant next = std::min(deadline, world_.events.next());
  if (next == kNever) return stuck();
  world_.now = std::max(world_.now, next);
  world_.events.expire_until(world_.now);
  network_.reap();
}

void SimulatedBackend::stuck() {
  if (when_stuck_) return when_stuck_();
  std::fputs(describe().c_str(), stderr);
  check(false, "simulation: nothing can happen any more");
}

std::unique_ptr<SimulatedBackend> make_simulated_backend(const SimulatedOptions& options) {
  return std::make_unique<SimulatedBackend>(options);
}

}  // namespace sched
