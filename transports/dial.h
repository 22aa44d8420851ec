#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "scheduler/address.h"
#include "scheduler/stream.h"
#include "scheduler/task.h"
#include "transports/resolve.h"
#include "transports/url.h"

namespace transport {

/// Why there is no connection: the phase it ended in and the reason.
struct DialError {
  enum class Phase : std::uint8_t { resolve, connect };

  Phase phase = Phase::connect;
  sched::Error error;   ///< of the last address that was tried; in phase `connect`
  std::string message;  ///< a sentence for a person: "connect: ECONNREFUSED (Connection refused)"
};

/// Connects to the first of the URL's addresses that takes the connection, tried in order. The local address is
/// the one of `from` that has its family, if any has. Cancellation: when the kernel has let go.
sched::Task<std::expected<sched::Stream, DialError>> dial(Url url, sched::StreamOptions options = {},
                                                          Resolving resolving = {},
                                                          std::vector<sched::Address> from = {});

}  // namespace transport
