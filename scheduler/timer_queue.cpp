#include "scheduler/timer_queue.h"

#include <algorithm>

#include "scheduler/check.h"

namespace sched {

namespace {
constexpr std::size_t kChildren = 4;
}

Timer::~Timer() { check(!is_pending(), "a timer is destroyed while it is pending"); }

void TimerQueue::place(std::size_t position, const Entry& entry) {
  heap_[position] = entry;
  entry.timer->position_ = position;
}

void TimerQueue::move_up(std::size_t position, const Entry& entry) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / kChildren;
    if (!entry.before(heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void TimerQueue::move_down(std::size_t position, const Entry& entry) {
  for (;;) {
    const std::size_t first = position * kChildren + 1;
    if (first >= heap_.size()) break;
    const std::size_t last = std::min(first + kChildren, heap_.size());
    std::size_t earliest = first;
    for (std::size_t child = first + 1; child < last; ++child) {
      if (heap_[child].before(heap_[earliest])) earliest = child;
    }
    if (!heap_[earliest].before(entry)) break;
    place(position, heap_[earliest]);
    position = earliest;
  }
  place(position, entry);
}

void TimerQueue::add(Timer& timer, Instant at) {
  check(!timer.is_pending(), "a timer is added twice");
  heap_.emplace_back();
  move_up(heap_.size() - 1, Entry{at, added_++, &timer});
}

void TimerQueue::remove(Timer& timer) {
  if (!timer.is_pending()) return;
  const std::size_t hole = timer.position_;
  timer.position_ = Timer::kNotQueued;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (hole == heap_.size()) return;
  if (hole > 0 && last.before(heap_[(hole - 1) / kChildren])) {
    move_up(hole, last);
  } else {
    move_down(hole, last);
  }
}

void TimerQueue::expire_until(Instant now) {
  const std::uint64_t added_before = added_;
  while (!heap_.empty() && heap_.front().at <= now && heap_.front().order < added_before) {
    Timer& timer = *heap_.front().timer;
    remove(timer);
    timer.expire();
  }
}

}  // namespace sched
