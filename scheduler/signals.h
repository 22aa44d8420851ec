#pragma once

#include <signal.h>

#include <functional>
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
  /// All of them are signals that can be caught.
  explicit Signals(std::initializer_list<int> signals);
  ~Signals();

  /// Those that ask a program to end: SIGINT, SIGTERM, and SIGHUP, by which a terminal goes away, unless that was
  /// ignored when the program started, as nohup(1) does it.
  static Signals to_end();

  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Whether it can be used. Errors: of signalfd(2).
  Result<void> opened() const { return opened_; }

  /// Completes with the number of the next signal. Cancellation: no signal is lost.
  Task<Result<int>> next();

  /// Calls `obey` with the number of each signal as it comes, until cancelled. It needs no memory once it has begun,
  /// and where the system cannot say when a signal comes it looks now and then.
  Task<Result<void>> deliver(std::function<void(int)> obey);

 private:
  Result<int> receive();

  Descriptor fd_;
  Result<void> opened_;
  sigset_t mask_before_{};
};

}  // namespace sched
