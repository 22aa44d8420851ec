#include "scheduler/threads.h"

#include <sched.h>

#include <cerrno>
#include <future>
#include <latch>
#include <system_error>
#include <thread>
#include <vector>

namespace sched {

Result<void> unshare_descriptors() {
  if (::unshare(CLONE_FILES) != 0) return system_error("unshare", errno);
  return {};
}

Result<void> run_on_threads(unsigned count, const std::function<void(unsigned index)>& body) {
  std::vector<std::jthread> threads;
  std::latch tables_copied(count);
  std::vector<Result<void>> copied(count);
  std::promise<bool> all_started;
  const std::shared_future<bool> start = all_started.get_future().share();
  try {
    for (unsigned index = 1; index < count; ++index) {
      threads.emplace_back([index, start, &copied, &tables_copied, &body] {
        copied[index] = unshare_descriptors();
        tables_copied.count_down();
        if (start.get()) body(index);
      });
    }
  } catch (const std::system_error& error) {
    all_started.set_value(false);
    return system_error("clone", error.code().value());
  }
  // Nobody may open or close anything before every table is a copy of what was open at the start.
  tables_copied.arrive_and_wait();
  for (const Result<void>& result : copied) {
    if (result) continue;
    all_started.set_value(false);
    return result;
  }
  all_started.set_value(true);
  body(0);
  return {};
}

}  // namespace sched
