#include "scheduler/backends/accept_retries.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace sched {

namespace {

/// Those that accept(2) lists, and EINTR.
constexpr std::array kOfOneConnection{ECONNABORTED, EPROTO,          EPERM,        ENETDOWN,        ENOPROTOOPT,
                                      EHOSTDOWN,    ENONET,          EHOSTUNREACH, EOPNOTSUPP,      ENETUNREACH,
                                      ENOSR,        ESOCKTNOSUPPORT, ETIMEDOUT,    EPROTONOSUPPORT, EINTR};

}  // namespace

bool AcceptRetries::again_after(int error_number) {
  if (std::ranges::find(kOfOneConnection, error_number) == kOfOneConnection.end()) return false;
  if (in_a_row_ == kMostInARow) return false;
  ++in_a_row_;
  return true;
}

}  // namespace sched
