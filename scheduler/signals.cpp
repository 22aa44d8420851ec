#include "scheduler/signals.h"

#include <sys/signalfd.h>

#include <cerrno>

#include "scheduler/check.h"
#include "scheduler/readiness.h"

namespace sched {

Signals::Signals(std::initializer_list<int> signals) {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int signal : signals) check(::sigaddset(&set, signal) == 0, "no such signal");
  check(::pthread_sigmask(SIG_BLOCK, &set, &mask_before_) == 0, "signals cannot be blocked");
  fd_ = Descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  check(static_cast<bool>(fd_), "signalfd failed");
}

Signals Signals::to_end() {
  struct sigaction at_hangup{};
  check(::sigaction(SIGHUP, nullptr, &at_hangup) == 0, "a signal cannot be asked for");
  const bool is_ignored = at_hangup.sa_handler == SIG_IGN;
  return is_ignored ? Signals{SIGINT, SIGTERM} : Signals{SIGINT, SIGTERM, SIGHUP};
}

Signals::~Signals() { ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr); }

Task<Result<int>> Signals::next() {
  for (;;) {
    signalfd_siginfo info{};
    const ssize_t count = ::read(fd_.get(), &info, sizeof info);
    if (count == sizeof info) co_return static_cast<int>(info.ssi_signo);
    if (errno != EAGAIN && errno != EINTR) co_return system_error("signalfd", errno);
    const Result<void> ready = co_await wait_until_ready(fd_.get(), Ready::to_read);
    if (!ready) co_return std::unexpected(ready.error());
  }
}

}  // namespace sched
