#include "scheduler/readiness.h"

#include "scheduler/scheduler.h"

namespace sched {

ReadinessOperation wait_until_ready(int fd, Ready ready) { return {Scheduler::current().backend(), fd, ready}; }

}  // namespace sched
