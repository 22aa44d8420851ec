#include "scheduler/threads.h"

#include <sched.h>

#include <future>
#include <latch>
#include <system_error>
#include <thread>
#include <vector>

#include "scheduler/check.h"

namespace sched {

void run_on_threads(unsigned count, const std::function<void(unsigned index)>& body) {
  std::vector<std::jthread> threads;
  std::latch tables_copied(count);
  std::promise<void> all_started;
  const std::shared_future<void> start = all_started.get_future().share();
  try {
    for (unsigned index = 1; index < count; ++index) {
      threads.emplace_back([index, start, &tables_copied, &body] {
        check(::unshare(CLONE_FILES) == 0, "a thread cannot have a descriptor table of its own");
        tables_copied.count_down();
        try {
          start.get();
        } catch (const std::future_error&) {
          return;
        }
        body(index);
      });
    }
  } catch (const std::system_error&) {
    all_started = {};
    throw;
  }
  // Nobody may open or close anything before every table is a copy of what was open at the start.
  tables_copied.arrive_and_wait();
  all_started.set_value();
  body(0);
}

}  // namespace sched
