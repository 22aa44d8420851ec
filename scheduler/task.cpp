#include "scheduler/task.h"

#include <cstdio>

namespace sched::detail {

void exception_left_task(std::exception_ptr exception) noexcept {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "an exception left a task: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "an exception left a task\n");
  }
  std::abort();
}

}  // namespace sched::detail
