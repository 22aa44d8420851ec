#pragma once

#include <cstddef>

#include "scheduler/operation.h"
#include "scheduler/result.h"

namespace sched {

/// Permits that are taken and given back, first come first served. All on one thread. Nobody waits on it when it is
/// destroyed.
class Semaphore {
 public:
  explicit Semaphore(std::size_t permits) : permits_(permits) {}

  /// Completes when a permit is the caller's. Errors: cancelled, and then none was taken. Cancellation: at once.
  class Acquire final : public QueuedOperation {
   public:
    explicit Acquire(Semaphore& semaphore) : semaphore_(semaphore) {}

    const char* name() const override { return "semaphore"; }
    bool attempt() override {
      if (semaphore_.permits_ == 0) {
        semaphore_.waiting_.push_back(*this);
        return false;
      }
      --semaphore_.permits_;
      result_ = {};
      return true;
    }
    void cancel() override {
      unlink();
      complete();
    }
    Result<void> await_resume() { return result_; }

   private:
    friend class Semaphore;

    Semaphore& semaphore_;
    Result<void> result_ = failure(ErrorCode::cancelled, "semaphore");
  };

  Acquire acquire() { return Acquire(*this); }

  /// Gives one permit: to the one that has waited longest, if anyone does.
  void release() {
    Operation* operation = waiting_.pop_front();
    if (operation == nullptr) {
      ++permits_;
      return;
    }
    static_cast<Acquire*>(operation)->result_ = {};
    operation->complete();
  }

  std::size_t permits() const { return permits_; }

 private:
  WaitList waiting_;
  std::size_t permits_;
};

}  // namespace sched
