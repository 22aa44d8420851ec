#include "scheduler/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sched {

void prepare_process() {
  // open(2) gives the lowest number that is free: it fills the gaps, and the first beyond them is given back.
  int fd = 0;
  while (fd <= STDERR_FILENO && fd >= 0) fd = ::open("/dev/null", O_RDWR);
  if (fd > STDERR_FILENO) ::close(fd);

  ::signal(SIGPIPE, SIG_IGN);

  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
  descriptors.rlim_cur = descriptors.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &descriptors);
}

}  // namespace sched
