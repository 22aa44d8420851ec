#pragma once

#include <cstdint>
#include <string_view>

#include "scheduler/result.h"

// What a failure is to a machine. Reports show the names, and who reads them may rely on them: one that is given does
// not change its meaning.

namespace client::run {

enum class FailureCode : std::uint8_t {
  mismatch,           ///< what came is not what was expected
  too_soon,           ///< it came before `not_before`
  not_silent,         ///< it came where nothing was to come
  unread,             ///< it came, and nobody expected it
  timeout,            ///< a time of the scenario passed, or the kernel's
  deadline,           ///< the whole run's time passed
  closed,             ///< the peer had sent a FIN
  truncated,          ///< the same, in the middle of a frame
  reset,              ///< the peer had reset the connection
  refused,            ///< nobody listens
  unreachable,        ///< there is no way to the peer
  resolve,            ///< a name has no address
  bad_url,            ///< a target that is known only when it runs is no URL
  system,             ///< another error of the system's
  overflow,           ///< more was unread than `max_buffer`
  bad_value,          ///< what a ${…} came to cannot be used where it stands
  too_long,           ///< what was to be sent, or the value of a variable
  no_value,           ///< a variable has none yet
  no_match,           ///< there was nothing to capture
  barrier,            ///< another client will not come to it
  not_connected,      ///< the step needs a connection
  already_connected,  ///< a connect where there is one
  fail,               ///< a step of this name
};

/// "mismatch", "too_soon", …
std::string_view name_of(FailureCode code);

/// Why a client failed, beside what is told to people.
struct Cause {
  FailureCode code = FailureCode::mismatch;
  std::string_view phase;  ///< what it was doing: "connect", "expect"; a literal
  int error_number = 0;    ///< as in <errno.h>; 0 when the system has not said why
};

/// Whether it says nothing of the peer: this machine had no port, descriptor or memory for another connection.
bool is_limit_of_machine(const Cause& cause);

/// An operation has failed in this phase.
Cause cause_of(const sched::Error& error, std::string_view phase);

}  // namespace client::run
