#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/run/spawned_server.h"
#include "client/run/stop_source.h"
#include "scheduler/backend.h"

// How --spawn starts a server, and makes sure that it is the one that is tested.

namespace client::run {

/// What is started, and what tells that it is ready.
struct Spawning {
  std::vector<std::string> words;  ///< a program and its arguments
  SpawnedServer::Signs signs;      ///< no target may accept connections before it is started: another server would
};

/// What came of it.
struct Spawned {
  std::unique_ptr<SpawnedServer> server;  ///< null when none was started
  /// The URL of its READY line, which is empty when that is no sign. The error is a sentence.
  std::expected<std::string, std::string> ready;
};

/// Starts the server and returns when it is ready, or is not after ten seconds, or when `stop` says that everything is
/// to end; that is an error, too. Blocks; `make_backend` makes one of this machine's.
Spawned spawn(Spawning spawning, const StopSource& stop,
              const std::function<sched::Result<std::unique_ptr<sched::Backend>>()>& make_backend);

/// The end of what the server wrote, for people, each output with a line above it that names it; without a newline at
/// the end, and empty when it wrote nothing.
std::string ends_of_outputs(const SpawnedServer& server);

}  // namespace client::run
