#pragma once

#include "scheduler/operation.h"
#include "scheduler/result.h"

namespace sched {

/// A flag that fibers wait for. All on one thread. Nobody waits on it when it is destroyed.
class Event {
 public:
  /// Completes when the event is set, at once if it is. Errors: cancelled. Cancellation: at once.
  class Wait final : public QueuedOperation {
   public:
    explicit Wait(Event& event) : event_(event) {}

    const char* name() const override { return "event"; }
    bool attempt() override {
      if (!event_.set_) {
        event_.waiting_.push_back(*this);
        return false;
      }
      result_ = {};
      return true;
    }
    void cancel() override {
      unlink();
      complete();
    }
    Result<void> await_resume() { return result_; }

   private:
    friend class Event;

    Event& event_;
    Result<void> result_ = failure(ErrorCode::cancelled, "event");
  };

  Wait wait() { return Wait(*this); }

  /// Sets it until reset(); everyone who waits goes on.
  void set() {
    set_ = true;
    while (QueuedOperation* operation = waiting_.pop_front()) {
      static_cast<Wait*>(operation)->result_ = {};
      operation->complete();
    }
  }

  void reset() { set_ = false; }
  bool is_set() const { return set_; }

 private:
  WaitList waiting_;
  bool set_ = false;
};

}  // namespace sched
