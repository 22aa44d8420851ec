#pragma once

#include <cstdint>
#include <memory>

#include "scheduler/backend.h"

namespace sched {

/// What an io_uring may be able to do. It is tried at the start; no version is ever compared.
enum class UringFeature : std::uint32_t {
  timed_wait = 1U << 0,         ///< one call submits and waits until a deadline (IORING_FEAT_EXT_ARG)
  kept_overflow = 1U << 1,      ///< completions that find no room are kept (IORING_FEAT_NODROP)
  stable_submission = 1U << 2,  ///< what a submission points at is read when it is submitted
  silent_success = 1U << 3,     ///< completions that say nothing new can be left out (IORING_FEAT_CQE_SKIP)
  buffer_rings = 1U << 4,       ///< receives take a buffer when data is there (provided buffer rings)
  multishot_receive = 1U << 5,  ///< one submission, many receives
  multishot_accept = 1U << 6,   ///< one submission, many accepts
  deferred_work = 1U << 7,      ///< the kernel's share of the work is done when it is entered (DEFER_TASKRUN)
  registered_ring = 1U << 8,    ///< the ring is found without a look at the descriptor table
  silent_send = 1U << 9,        ///< a send that succeeds at once completes without a word
};

struct UringOptions {
  /// Submissions that wait for the end of the turn before they are handed over earlier; a power of two, at least 4.
  std::uint32_t submission_entries = 256;

  /// Completions the kernel can post before it has to keep them aside; a power of two, at least `submission_entries`.
  std::uint32_t completion_entries = 4096;

  /// How many receive buffers of each size are lent before a receive has to wait for one to come back; a power of two,
  /// at most 32768. 0 chooses by the size: as many as the second-level cache holds.
  std::uint32_t receive_buffers = 0;

  /// Features that are treated as missing (an or of UringFeature values), for tests.
  std::uint32_t masked_features = 0;
};

/// A backend on io_uring(7), made on the thread that uses it. Accepts and receives of small messages are multishot
/// operations, receives take their memory from provided buffer rings, and what is sent in a turn leaves at its end, in
/// the system call that waits. Everything up to multishot_accept is needed; of the rest the backend goes without.
/// Errors: as of io_uring_setup(2) (EPERM or ENOSYS where it is forbidden) and socketpair(2), with which it is tried
/// out; EOPNOTSUPP with the name of the feature that is missing.
Result<std::unique_ptr<Backend>> make_io_uring_backend(const UringOptions& options = {});

}  // namespace sched
