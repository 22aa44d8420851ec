#pragma once

#include <cstdint>
#include <expected>
#include <string>

// How operations say that they could not do what they were asked. Operating errors are values; the programmer's own
// errors are checks (check.h).

namespace sched {

/// What kind of end an operation came to.
enum class ErrorCode : std::uint8_t {
  system,         ///< The kernel (or the simulated network) refused; `error_number` says why.
  end_of_stream,  ///< The peer has shut down its sending side, and all it sent has been received.
  cancelled,      ///< The fiber was cancelled, or the operation was about to start in a cancelled one.
  timed_out,      ///< A deadline passed first.
  would_block,    ///< Nothing is there now, and the operation was asked not to wait for it.
  out_of_memory,  ///< An allocation failed on the way.
  broken,         ///< What was waited for cannot come any more (a broken barrier, a closed channel).
};

/// Why an operation failed. A small value: it owns nothing.
struct Error {
  ErrorCode code = ErrorCode::system;
  int error_number = 0;        ///< As in <errno.h> when `code` is `system`, else 0.
  const char* operation = "";  ///< What failed, in the field's term ("connect"). A literal: it lives for ever.

  friend bool operator==(const Error& a, const Error& b) {
    return a.code == b.code && a.error_number == b.error_number;
  }
};

/// A value, or why there is none.
template <typename T>
using Result = std::expected<T, Error>;

/// The error of a system call that has just failed with `error_number`.
inline std::unexpected<Error> system_error(const char* operation, int error_number) {
  return std::unexpected(Error{ErrorCode::system, error_number, operation});
}

/// An error without an errno.
inline std::unexpected<Error> failure(ErrorCode code, const char* operation) {
  return std::unexpected(Error{code, 0, operation});
}

/// Whether this process or its machine is short of something: memory, descriptors, what the kernel watches for a user.
/// It may be there a little later, and no peer is to blame.
bool is_shortage(Error error);

/// The errno by name ("ECONNREFUSED"), or the code's own name ("cancelled").
std::string name_of(const Error& error);

/// For a person: "connect: ECONNREFUSED (Connection refused)".
std::string describe(const Error& error);

}  // namespace sched
