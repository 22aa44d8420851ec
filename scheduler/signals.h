#pragma once

#include <signal.h>

#include <initializer_list>

#include "scheduler/descriptor.h"
#include "scheduler/result.h"
#include "scheduler/task.h"

namespace sched {

/// Signals as something to wait for; no handler runs. From its construction on, the signals are blocked in the calling
/// thread and in those it starts, and are kept until they are received; at its end the mask is what it was. Made before
/// any other thread is.
class Signals {
 public:
  /// Errors at construction are a programmer's: a signal that cannot be caught, or descriptors have run out at the
  /// start.
  explicit Signals(std::initializer_list<int> signals);
  ~Signals();

  /// Those that ask a program to end: SIGINT, SIGTERM, and SIGHUP, by which a terminal goes away, unless that was
  /// ignored when the program started, as nohup(1) does it.
  static Signals to_end();

  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Completes with the number of the next signal. Cancellation: no signal is lost.
  Task<Result<int>> next();

 private:
  Descriptor fd_;
  sigset_t mask_before_{};
};

}  // namespace sched
