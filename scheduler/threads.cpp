#include "scheduler/threads.h"

#include <sched.h>

#include <future>
#include <system_error>
#include <thread>
#include <vector>

#include "scheduler/check.h"

namespace sched {

void run_on_threads(unsigned count, const std::function<void(unsigned index)>& body) {
  std::vector<std::jthread> threads;
  std::promise<void> all_started;
  const std::shared_future<void> start = all_started.get_future().share();
  try {
    for (unsigned index = 1; index < count; ++index) {
      threads.emplace_back([index, start, &body] {
        check(::unshare(CLONE_FILES) == 0, "a thread cannot have a descriptor table of its own");
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
  all_started.set_value();
  body(0);
}

}  // namespace sched
