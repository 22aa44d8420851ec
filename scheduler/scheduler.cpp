#include "scheduler/scheduler.h"

#include <algorithm>

#include "scheduler/backend.h"
#include "scheduler/operation.h"
#include "scheduler/prefetch.h"
#include "scheduler/scope.h"

namespace sched {

namespace {

/// What a fiber may move before the others get their turn, in bytes.
constexpr std::ptrdiff_t kBudget = 64 * 1024;

/// How many fibers are resumed in one turn at most, before the backend looks at what else came in.
constexpr int kResumesPerTurn = 4096;

/// Among how many of the first ready fibers a backend that draws the order chooses.
constexpr std::size_t kDrawnFrom = 16;

/// How much of a coroutine's frame is fetched while another runs: what most need to go on.
constexpr std::size_t kFetched = 256;

}  // namespace

Scheduler::Scheduler(std::unique_ptr<Backend> backend) : Scheduler(std::move(backend), Options{}) {}

Scheduler::Scheduler(std::unique_ptr<Backend> backend, Options options)
    : backend_(std::move(backend)), options_(options), draws_order_(backend_->draws_order()) {
  check(current_ == nullptr, "a thread has one scheduler");
  current_ = this;
  now_ = backend_->now();
}

Scheduler::~Scheduler() { current_ = nullptr; }

void Scheduler::run_until_end(Fiber& root) {
  idle_since_ = backend_->now();
  make_ready(root);
  for (;;) {
    ++turns_;
    now_ = backend_->now();
    run_ready();
    if (root.root_.done()) break;
    timers_.expire_until(now_);
    wait();
  }
  while (backend_->is_closing()) backend_->wait(kNever);
}

void Scheduler::run_ready() {
  ready_.append(deferred_);
  const bool has_work = !ready_.empty();
  if (is_idle_ && has_work) spun_ += std::min(now_ - idle_since_, options_.spin);
  if (has_work || !is_idle_) idle_since_ = now_;
  is_idle_ = !has_work;
  for (int left = kResumesPerTurn; left > 0 && !ready_.empty(); --left) resume(next_ready());
}

Fiber& Scheduler::next_ready() {
  if (!draws_order_) return *ready_.pop_front();
  std::size_t choices = 1;
  for (Fiber* fiber = ready_.front(); choices < kDrawnFrom && (fiber = ready_.next(*fiber)) != nullptr;) ++choices;
  Fiber* drawn = ready_.front();
  for (std::size_t skip = backend_->random() % choices; skip > 0; --skip) drawn = ready_.next(*drawn);
  static_cast<ListNode<ReadyTag>&>(*drawn).unlink();
  return *drawn;
}

void Scheduler::resume(Fiber& fiber) {
  if (Operation* operation = fiber.waiting_for_; operation != nullptr && !operation->done_ && !operation->attempt()) {
    return;
  }
  if (const Fiber* next = ready_.front(); next != nullptr) prefetch(next->resume_point_.address(), kFetched);
  fiber.waiting_for_ = nullptr;
  budget_ = kBudget;
  running_ = &fiber;
  fiber.resume_point_.resume();
  running_ = nullptr;
  // One that waits has not ended; its root's frame, which a turn does not need, is left alone.
  if (fiber.waiting_for_ == nullptr && fiber.scope_ != nullptr) fiber.scope_->child_ended(fiber);
}

void Scheduler::wait() {
  const bool busy = !ready_.empty() || !deferred_.empty();
  const bool spinning = now_ - idle_since_ < options_.spin;
  backend_->wait(busy || spinning ? now_ : timers_.next());
}

}  // namespace sched
