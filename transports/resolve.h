#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "scheduler/address.h"
#include "scheduler/task.h"
#include "transports/url.h"

// From what a user wrote to where a socket is.

namespace transport {

/// Which of a host's addresses are wanted, and how they may be found.
struct Resolving {
  enum class Family : std::uint8_t { any, ip4, ip6 };

  Family family = Family::any;
  bool numeric = false;  ///< a name that only the system's resolver knows is an error
};

/// The addresses of a URL, in the order in which they are to be tried or bound; at least one. `localhost` is 127.0.0.1
/// and ::1 and `*` is 0.0.0.0 and ::, whatever the system's tables say. The error is a sentence for a person.
using Addresses = std::expected<std::vector<sched::Address>, std::string>;

/// Asks the system's resolver where a name is neither an address nor one of those: it blocks the calling thread for as
/// long as that takes. For the start of a program.
Addresses resolve_blocking(const Url& url, const Resolving& resolving = {});

/// The same without blocking the scheduler's thread: names go to a helper thread (on the simulated backend there is
/// none: they are not found). Cancellation: at once, with an error; the helper's answer is then dropped.
sched::Task<Addresses> resolve(Url url, Resolving resolving = {});

}  // namespace transport
