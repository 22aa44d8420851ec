#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/scenario/model.h"
#include "scheduler/result.h"

// What the machine can hold, asked before a run rather than found out in the middle of it.

namespace client::run {

/// What a run needs of one thread's descriptor table.
struct Need {
  std::uint64_t clients = 0;
  unsigned threads = 1;
  bool local_server = false;  ///< whose end of every connection counts too
};

/// Nothing when the machine can hold the connections, else a sentence with the limit by name, what it is, what is
/// needed, and the command that lifts it.
std::optional<std::string> exceeds_descriptors(const Need& need);

/// The same for the local ports of connections to one address, of those groups whose target is constant: an address of
/// 127.0.0.0/8 is reached from as many as it takes, any other from one.
std::optional<std::string> exceeds_ports(const scenario::Scenario& scenario);

/// The same where the ports suffice and connecting slows down all the same, as a warning.
std::optional<std::string> nears_ports(const scenario::Scenario& scenario);

/// Whether connecting failed for want of a local port: others hold them, or connections of a moment ago.
bool is_out_of_ports(const sched::Error& error);

/// What there is to be done then, in a sentence.
std::string help_with_ports();

}  // namespace client::run
