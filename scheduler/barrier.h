#pragma once

#include <cstddef>

#include "scheduler/check.h"
#include "scheduler/operation.h"
#include "scheduler/result.h"

namespace sched {

/// A place where a number of fibers of one thread wait for each other, again and again. Nobody waits on it when it is
/// destroyed.
class Barrier {
 public:
  /// Opens whenever `parties` fibers, at least 1, have arrived.
  explicit Barrier(std::size_t parties) : parties_(parties) { check(parties > 0, "a barrier has a party at least"); }

  /// Completes when as many have arrived as there are parties. Errors: broken, at once, when the barrier is; cancelled,
  /// and then the caller has not arrived. Cancellation: at once.
  class Arrive final : public QueuedOperation {
   public:
    explicit Arrive(Barrier& barrier) : barrier_(barrier) {}

    const char* name() const override { return "barrier"; }
    bool attempt() override {
      if (barrier_.broken_) {
        result_ = failure(ErrorCode::broken, "barrier");
        return true;
      }
      if (barrier_.waiting_count_ + 1 < barrier_.parties_) {
        barrier_.waiting_.push_back(*this);
        ++barrier_.waiting_count_;
        return false;
      }
      barrier_.let_go({});
      result_ = {};
      return true;
    }
    void cancel() override {
      unlink();
      --barrier_.waiting_count_;
      complete();
    }
    Result<void> await_resume() { return result_; }

   private:
    friend class Barrier;

    Barrier& barrier_;
    Result<void> result_ = failure(ErrorCode::cancelled, "barrier");
  };

  Arrive arrive() { return Arrive(*this); }

  /// One party will not come: everyone who waits, and everyone who arrives later, is told so.
  void break_up() {
    broken_ = true;
    let_go(failure(ErrorCode::broken, "barrier"));
  }

  std::size_t waiting() const { return waiting_count_; }

 private:
  void let_go(const Result<void>& result) {
    waiting_count_ = 0;
    while (QueuedOperation* operation = waiting_.pop_front()) {
      static_cast<Arrive*>(operation)->result_ = result;
      operation->complete();
    }
  }

  WaitList waiting_;
  std::size_t waiting_count_ = 0;
  std::size_t parties_;
  bool broken_ = false;
};

}  // namespace sched
