// What the scheduler costs, without any I/O: all of it on the epoll backend, which is asked for nothing.

#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "scheduler/backends/epoll.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/event.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/task.h"

namespace {

using sched::Result;
using sched::Task;

Task<int> one() { co_return 1; }

/// A coroutine frame made, run and freed.
void await_a_task(benchmark::State& state) {
  sched::Scheduler scheduler(*sched::make_epoll_backend());
  scheduler.run([](benchmark::State& times) -> Task<void> {
    int sum = 0;
    for (auto _ : times) sum += co_await one();
    benchmark::DoNotOptimize(sum);
  }(state));
}
BENCHMARK(await_a_task);

Task<Result<void>> set_when_asked(sched::Event& asked, sched::Event& answered) {
  while (co_await asked.wait()) {
    asked.reset();
    answered.set();
  }
  co_return Result<void>{};
}

/// Two fibers that wake each other through the ready queue: two parks and two resumes.
void switch_between_two_fibers(benchmark::State& state) {
  sched::Scheduler scheduler(*sched::make_epoll_backend());
  scheduler.run([](benchmark::State& times) -> Task<void> {
    sched::Event asked;
    sched::Event answered;
    sched::Scope scope;
    scope.spawn(set_when_asked(asked, answered));
    for (auto _ : times) {
      answered.reset();
      asked.set();
      [[maybe_unused]] const Result<void> waited = co_await answered.wait();
    }
    scope.cancel();
    [[maybe_unused]] const Result<void> joined = co_await scope.join();
  }(state));
}
BENCHMARK(switch_between_two_fibers);

Task<void> nothing() { co_return; }

/// A fiber made, run and joined.
void spawn_a_fiber(benchmark::State& state) {
  sched::Scheduler scheduler(*sched::make_epoll_backend());
  scheduler.run([](benchmark::State& times) -> Task<void> {
    for (auto _ : times) {
      sched::Scope scope;
      scope.spawn(nothing());
      [[maybe_unused]] const Result<void> joined = co_await scope.join();
    }
  }(state));
}
BENCHMARK(spawn_a_fiber);

/// A deadline set and taken back while `range(0)` others are pending.
void set_and_cancel_a_deadline(benchmark::State& state) {
  sched::Scheduler scheduler(*sched::make_epoll_backend());
  scheduler.run([](benchmark::State& times) -> Task<void> {
    struct Pending final : sched::Timer {
      void expire() override {}
    };
    const sched::Instant later = sched::instant_after(sched::now(), std::chrono::hours(1));
    std::vector<std::unique_ptr<Pending>> others;
    sched::TimerQueue& timers = sched::Scheduler::current().timers();
    for (std::int64_t i = 0; i < times.range(0); ++i) {
      timers.add(*others.emplace_back(std::make_unique<Pending>()), later + sched::Duration(i));
    }
    for (auto _ : times) sched::CancelScope limit(later + sched::Duration(times.range(0)));
    for (const auto& other : others) timers.remove(*other);
    co_return;
  }(state));
}
BENCHMARK(set_and_cancel_a_deadline)->Arg(0)->Arg(1000)->Arg(100000);

}  // namespace
