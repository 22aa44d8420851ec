#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/run/address_book.h"
#include "client/run/failure.h"
#include "client/run/outcome.h"
#include "client/run/rendezvous.h"
#include "client/scenario/model.h"
#include "scheduler/address.h"
#include "scheduler/event.h"
#include "scheduler/semaphore.h"

// What the clients of a run have in common, and what those of one thread have.

namespace client::run {

/// What has happened so far. Written by one thread, read by any.
struct Counters {
  std::atomic<std::uint64_t> connected{0};  ///< connections that stood
  std::atomic<std::uint64_t> passed{0};     ///< clients
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> unreached{0};    ///< of those that failed: they could not connect
  std::atomic<std::uint64_t> skipped{0};      ///< clients that a step of their own ended
  std::atomic<std::uint64_t> interrupted{0};  ///< clients that were told to end before they had
  std::atomic<std::uint64_t> frames{0};       ///< that matched what was expected
  std::atomic<std::uint64_t> unverified{0};   ///< of those: they were taken without being compared
  std::atomic<std::uint64_t> bytes_sent{0};
  std::atomic<std::uint64_t> bytes_received{0};

  /// A client has ended so.
  void count(Outcome outcome);

  /// Adds without the cost of a locked instruction: there is one writer.
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t count = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
};

/// Local addresses for connections to one loopback address: one address has only so many ports, and connecting slows
/// down long before they are used up, so further connections come from 127.0.0.2 and so on.
class Sources {
 public:
  /// One of `threads` that connect at the same time and share the ports.
  explicit Sources(std::uint64_t threads) : threads_(threads) {}

  /// The next connection's local address; nothing when the system's choice does.
  std::optional<sched::Address> next(const sched::Address& to);

  /// `source`, which next() gave, has no port left for `to`: further connections come from the address behind it.
  /// Whether there is one.
  bool skip(const sched::Address& to, const std::optional<sched::Address>& source);

 private:
  /// That of the connection with this number.
  std::optional<sched::Address> source_of(std::uint64_t connection) const;
  std::uint64_t connections_a_source() const;

  std::uint64_t threads_;
  std::map<sched::Address, std::uint64_t> connections_;
};

/// Takes what a client says, with its group and its number there. Any thread.
using LogHandler = std::function<void(std::string_view message, const std::string& group, std::uint64_t client)>;

/// One run of one scenario. Shared by its threads.
struct RunContext {
  const scenario::Scenario& scenario;
  std::uint64_t seed = 0;
  std::uint64_t clients = 0;  ///< of all groups
  std::string deadline;       ///< what ends the run when it lasts too long, for a person: "--timeout 5m"
  std::optional<std::uint64_t> rechunk = {};  ///< what is sent is cut into pieces, drawn from this seed
  LogHandler log = {};                        ///< may be none
  /// What the clients' own variables are at first: as the setup has left them.
  std::vector<std::optional<std::string>> values = {};
  Rendezvous rendezvous;

  void say(std::string_view message, const std::string& group, std::uint64_t client) const {
    if (log) log(message, group, client);
  }
};

/// One thread's part of a run.
struct ThreadContext {
  ThreadContext(RunContext& shared, unsigned threads) : run(shared), sources(threads) {}

  RunContext& run;
  Counters counters;
  FailureLog failures;
  FailureLog warmup_failures;       ///< of iterations that were to start in the warm-up of a load: they judge nothing
  sched::Instant last_connected{};  ///< when the last connection came to stand
  bool deadline_passed = false;     ///< the run's; its clients are being cancelled
  std::uint32_t stage = 0;          ///< of its clients' failures
  sched::Event barrier_changed;
  AddressBook addresses;
  Sources sources;
  /// Connections that may be on their way at a time: more would overflow the backlog of a server that is otherwise fast
  /// enough (SOMAXCONN is 4096), and what overflows is tried again only a second later (RFC 6298, section 2.1).
  sched::Semaphore connecting{1000};
};

}  // namespace client::run
