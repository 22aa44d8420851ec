#include "client/run/cause.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace client::run {

namespace {

constexpr auto kNames = std::to_array<std::pair<FailureCode, std::string_view>>({
    {FailureCode::mismatch, "mismatch"},
    {FailureCode::too_soon, "too_soon"},
    {FailureCode::not_silent, "not_silent"},
    {FailureCode::unread, "unread"},
    {FailureCode::timeout, "timeout"},
    {FailureCode::deadline, "deadline"},
    {FailureCode::closed, "closed"},
    {FailureCode::truncated, "truncated"},
    {FailureCode::reset, "reset"},
    {FailureCode::refused, "refused"},
    {FailureCode::unreachable, "unreachable"},
    {FailureCode::resolve, "resolve"},
    {FailureCode::bad_url, "bad_url"},
    {FailureCode::system, "system"},
    {FailureCode::overflow, "overflow"},
    {FailureCode::bad_value, "bad_value"},
    {FailureCode::too_long, "too_long"},
    {FailureCode::no_value, "no_value"},
    {FailureCode::no_match, "no_match"},
    {FailureCode::barrier, "barrier"},
    {FailureCode::not_connected, "not_connected"},
    {FailureCode::already_connected, "already_connected"},
    {FailureCode::fail, "fail"},
});

FailureCode code_of(int error_number) {
  switch (error_number) {
    case ETIMEDOUT:
      return FailureCode::timeout;
    case ECONNREFUSED:
    case ENOENT:  // A Unix socket that nobody has made (unix(7)).
      return FailureCode::refused;
    case ECONNRESET:
    case EPIPE:
    case ENOTCONN:  // What shutdown(2) says after a reset.
      return FailureCode::reset;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
      return FailureCode::unreachable;
    default:
      return FailureCode::system;
  }
}

}  // namespace

std::string_view name_of(FailureCode code) {
  const auto* const found = std::ranges::find(kNames, code, &std::pair<FailureCode, std::string_view>::first);
  return found != kNames.end() ? found->second : "";
}

bool is_limit_of_machine(const Cause& cause) {
  constexpr std::array kErrors{EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM};
  return std::ranges::find(kErrors, cause.error_number) != kErrors.end();
}

Cause cause_of(const sched::Error& error, std::string_view phase) {
  if (error.code == sched::ErrorCode::end_of_stream) return {.code = FailureCode::closed, .phase = phase};
  if (error.code == sched::ErrorCode::timed_out) return {.code = FailureCode::timeout, .phase = phase};
  return {.code = code_of(error.error_number), .phase = phase, .error_number = error.error_number};
}

}  // namespace client::run
