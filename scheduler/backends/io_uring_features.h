#pragma once

#include <cstdint>

#include <liburing.h>

#include "scheduler/backends/io_uring.h"
#include "scheduler/result.h"

namespace sched {

/// Makes `ring` with the best set-up the kernel has and finds out what it can do, by its own word or by trying. Gives
/// an or of UringFeature values without those that are masked. Errors: as of make_io_uring_backend(); then there is no
/// ring.
Result<std::uint32_t> set_up_uring(io_uring& ring, const UringOptions& options);

}  // namespace sched
