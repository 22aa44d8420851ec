#include "scheduler/check.h"

#include <cstdio>
#include <cstdlib>

namespace sched {

void check_failed(const char* what, std::source_location place) {
  std::fprintf(stderr, "%s:%u: check failed: %s\n  in %s\n", place.file_name(), place.line(), what,
               place.function_name());
  std::abort();
}

}  // namespace sched
