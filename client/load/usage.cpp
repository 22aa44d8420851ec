#include "client/load/usage.h"

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

namespace client::load {

namespace {

/// The second number of proc_pid_schedstat(5): nanoseconds on a run queue. Without a descriptor to spare it is zero.
sched::Duration time_on_run_queue() {
  std::ifstream file("/proc/thread-self/schedstat");
  std::int64_t running = 0;
  std::int64_t waiting = 0;
  return file >> running >> waiting ? sched::Duration(waiting) : sched::Duration::zero();
}

}  // namespace

Usage thread_usage() {
  timespec cpu{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  return {.cpu = std::chrono::seconds(cpu.tv_sec) + sched::Duration(cpu.tv_nsec), .waited = time_on_run_queue()};
}

Usage operator-(const Usage& later, const Usage& earlier) {
  return {.cpu = later.cpu - earlier.cpu, .waited = std::max(later.waited - earlier.waited, sched::Duration::zero())};
}

}  // namespace client::load
