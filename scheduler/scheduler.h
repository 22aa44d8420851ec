#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "scheduler/fiber.h"
#include "scheduler/intrusive_list.h"
#include "scheduler/operation.h"
#include "scheduler/task.h"
#include "scheduler/time.h"
#include "scheduler/timer_queue.h"

// Scheduler: runs fibers on one thread. A task says what it waits for and the scheduler parks it until that is ready.
// One scheduler a thread; nothing is shared between two. A turn:
//
//   1. sample now() once;
//   2. resume every fiber that is ready, in order, those that become ready meanwhile included (but only so many);
//   3. expire timers;
//   4. let the backend submit what was asked for and wait, once, for what comes first.
//
// Whatever happens in 3 and 4 only makes fibers ready; they run in 2, never from inside the wait.

namespace sched {

class Backend;

class Scheduler {
 public:
  /// How long an idle scheduler looks for work before it sleeps: zero sleeps at once.
  struct Options {
    Duration spin{};
  };

  explicit Scheduler(std::unique_ptr<Backend> backend);
  Scheduler(std::unique_ptr<Backend> backend, Options options);
  ~Scheduler();

  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// The scheduler of this thread; there must be one.
  static Scheduler& current() {
    check(current_ != nullptr, "this thread has no scheduler");
    return *current_;
  }

  /// Runs `main` as the first fiber until it ends, then until the kernel has let go of all that was closed. Gives what
  /// `main` gave. One run at a time; another may follow.
  template <typename T>
  T run(Task<T> main) {
    auto root = main.release();
    Fiber fiber(nullptr, root, nullptr);
    run_until_end(fiber);
    return root.promise().take();
  }

  /// The instant at which this turn began.
  Instant now() const { return now_; }

  TimerQueue& timers() { return timers_; }
  Backend& backend() { return *backend_; }

  /// Puts a fiber into the ready queue, if it is not there: it runs in this turn.
  void make_ready(Fiber& fiber) {
    if (!static_cast<ListNode<ReadyTag>&>(fiber).is_linked()) ready_.push_back(fiber);
  }

  /// Puts a fiber into the ready queue of the next turn, after the backend has looked at what else came in.
  void defer(Fiber& fiber) {
    if (!static_cast<ListNode<ReadyTag>&>(fiber).is_linked()) deferred_.push_back(fiber);
  }

  /// Whether a fiber may go on without a turn, its operation having been done at once. Takes `cost`, in bytes moved or
  /// their like, off what it may do before the others are served.
  bool may_go_on(std::size_t cost = kOperationCost) {
    budget_ -= static_cast<std::ptrdiff_t>(cost);
    return budget_ > 0;
  }

  // For measurements.
  /// The number of turns taken.
  std::uint64_t turns() const { return turns_; }
  /// How long it has looked for work that was not there instead of sleeping.
  Duration spun() const { return spun_; }

 private:
  friend class Fiber;

  static constexpr std::size_t kOperationCost = 1024;
  static inline constinit thread_local Scheduler* current_ = nullptr;

  void run_until_end(Fiber& root);
  void run_ready();
  Fiber& next_ready();
  void resume(Fiber& fiber);
  void wait();

  std::unique_ptr<Backend> backend_;
  const Options options_;
  const bool draws_order_;
  Instant now_{};
  Instant idle_since_{};
  bool is_idle_ = false;
  Duration spun_{};
  TimerQueue timers_;
  IntrusiveList<Fiber, ReadyTag> ready_;
  IntrusiveList<Fiber, ReadyTag> deferred_;
  Fiber* running_ = nullptr;
  std::ptrdiff_t budget_ = 0;
  std::uint64_t turns_ = 0;
};

/// The instant at which this turn of this thread's scheduler began.
inline Instant now() { return Scheduler::current().now(); }

/// Lets the others run: completes in the next turn. Cancellation: in a cancelled fiber it still waits for that turn.
class Yield final : public Operation {
 public:
  const char* name() const override { return "yield"; }
  bool attempt() override { return true; }
  void cancel() override {}
  bool await_ready() {
    begin();
    return false;
  }
  void await_resume() {}
};

inline Yield yield() { return {}; }

}  // namespace sched
