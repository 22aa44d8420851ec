#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <optional>
#include <span>

#include "scheduler/address.h"
#include "scheduler/backend.h"
#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "scheduler/time.h"

// What the real backends share: sockets made and set up by system calls, the system's clock and its randomness.

namespace sched::system {

Instant now();

/// How long it is until `deadline`: nothing when it is not after `seen`, an instant that has passed, and the longest
/// duration when it is kNever; only between these it takes a look at the clock.
Duration time_until(Instant deadline, Instant seen);

std::chrono::microseconds time_of_day();
std::uint64_t random();

/// A socket that listens at `address`, closed on exec and non-blocking.
Result<Descriptor> listen(const Address& address, const ListenOptions& options);

/// A socket that can be connected to an address of `to`'s family, set up as `options` say and bound to `from`.
/// Non-blocking and closed on exec. A port is chosen only when it is connected (IP_BIND_ADDRESS_NO_PORT), so that one
/// local address serves as many connections as there are ports to each peer.
Result<Descriptor> socket_to(const Address& to, const StreamOptions& options, const std::optional<Address>& from);

/// Whether a connect to `address` is refused at once, because nobody listens there.
bool refuses(const Address& address);

/// Takes the error that has come to a socket (SO_ERROR, socket(7)); 0 when there is none.
int pending_error(int fd);

/// Whether a connect that failed with this error had come to stand: its peer reset it before the end of the handshake
/// was asked for. A peer that refuses gives ECONNREFUSED (tcp(7); RFC 9293, section 3.10.7.3).
bool is_reset_after_connecting(int error_number);

Result<Address> local_address(int fd);
Result<Address> peer_address(int fd);

/// Receives what has come, as recv(2) does, and never waits for it. Returns how many bytes there were, 0 at the end of
/// the stream; less than zero with errno set. It is not interrupted.
ssize_t receive(int fd, std::span<std::byte> into);

/// Sends, as send(2) or, in parts, as sendmsg(2) does, without SIGPIPE. Returns how many bytes went; less than zero
/// with errno set. It is not interrupted.
ssize_t send(int fd, Bytes bytes);
ssize_t send(int fd, std::span<iovec> parts);

/// Makes close() send a reset and drop what is unsent.
void reset_on_close(int fd);

}  // namespace sched::system
