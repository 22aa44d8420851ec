#pragma once

#include <memory>

#include "scheduler/backend.h"

namespace sched {

/// A backend on epoll(7): it tries, parks and tries again. Streams are registered once, edge-triggered, for both
/// directions. Errors: as of epoll_create1(2).
Result<std::unique_ptr<Backend>> make_epoll_backend();

}  // namespace sched
