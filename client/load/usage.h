#pragma once

#include "scheduler/time.h"

// What generating load costs the generator: where a thread lacks a processor, what it measures is its own delay.

namespace client::load {

struct Usage {
  sched::Duration cpu{};     ///< on a processor, in the program and in the kernel
  sched::Duration waited{};  ///< ready to run, while others had the processors; zero where the kernel does not tell
};

/// What the calling thread has used since it started.
Usage thread_usage();

/// What was used from `earlier` to `later`.
Usage operator-(const Usage& later, const Usage& earlier);

}  // namespace client::load
