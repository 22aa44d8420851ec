#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scheduler/time.h"

// TimerQueue: the instants a scheduler has to act at, earliest first; equal ones in the order they were added. A heap
// with four children a node: adding and removing cost O(log n), the next instant is at the front.

namespace sched {

/// Something that happens at an instant. It lives where its owner puts it, and is removed before it is destroyed.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// The instant has come; the timer has left the queue and may be added again.
  virtual void expire() = 0;

  bool is_pending() const { return position_ != kNotQueued; }

 protected:
  ~Timer();

 private:
  friend class TimerQueue;
  static constexpr std::size_t kNotQueued = static_cast<std::size_t>(-1);

  std::size_t position_ = kNotQueued;
};

class TimerQueue {
 public:
  /// Adds a timer that is not in the queue. An instant that has passed is legal: it expires in the next call.
  void add(Timer& timer, Instant at);

  /// Removes a timer; one that is not in the queue is left alone.
  void remove(Timer& timer);

  /// The earliest instant, kNever when there is none.
  Instant next() const { return heap_.empty() ? kNever : heap_.front().at; }

  /// Expires, in order, the timers whose instant is not after `now`. One that is added meanwhile for an instant that
  /// has passed ends the call; it and what is after it expire in the next.
  void expire_until(Instant now);

  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    Instant at;
    std::uint64_t order;
    Timer* timer;

    bool before(const Entry& other) const { return at != other.at ? at < other.at : order < other.order; }
  };

  void place(std::size_t position, const Entry& entry);
  void move_up(std::size_t position, const Entry& entry);
  void move_down(std::size_t position, const Entry& entry);

  std::vector<Entry> heap_;
  std::uint64_t added_ = 0;
};

}  // namespace sched
