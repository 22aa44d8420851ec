#pragma once

#include <deque>
#include <expected>
#include <string>
#include <vector>

#include "client/manual/ends.h"
#include "client/options.h"
#include "scheduler/listener.h"
#include "scheduler/result.h"
#include "scheduler/scope.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "transports/bind.h"

// Where the connections of connect come from: they are made, or taken as they come.

namespace client::manual {

/// Nothing, or a sentence that says what failed.
using Outcome = std::expected<void, std::string>;
using Connected = std::expected<sched::Stream, std::string>;

/// The address of the other side, printable.
std::string peer_of(const sched::Stream& stream);

/// Connects to `url` as `options` say: from where, to which family, within which time.
sched::Task<Connected> dial(const ConnectOptions& options, transport::Url url);

class Connections {
 public:
  virtual ~Connections() = default;

  /// The next connection. What there is to tell about it goes to `output`.
  virtual sched::Task<Connected> next(Output& output) = 0;
};

/// Connects to the address of the options.
class Dialler final : public Connections {
 public:
  /// `options` outlive it.
  explicit Dialler(const ConnectOptions& options) : options_(options) {}

  sched::Task<Connected> next(Output& output) override;

 private:
  const ConnectOptions& options_;
};

/// Takes connections at the addresses that are listened at: one, and then it listens no more, or one after the other.
class Reception final : public Connections {
 public:
  /// Adopts what is bound, on the scheduler's thread. `options` outlive it.
  Reception(const ConnectOptions& options, std::vector<transport::BoundSocket> bound);

  sched::Task<Connected> next(Output& output) override;

 private:
  sched::Task<sched::Result<void>> accept_from(sched::Listener& listener, sched::Scope& accepting);

  const ConnectOptions& options_;
  std::vector<transport::SocketFile> files_;
  std::vector<sched::Listener> listeners_;
  sched::Result<void> adopted_;  ///< whether all that was bound is listened at
  std::deque<sched::Stream> arrived_;
};

}  // namespace client::manual
