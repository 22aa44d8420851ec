#include "scheduler/signals.h"

#include <sys/signalfd.h>

#include <cerrno>

#include "scheduler/check.h"
#include "scheduler/readiness.h"
#include "scheduler/rest.h"

namespace sched {

Signals::Signals(std::initializer_list<int> signals) {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int signal : signals) check(::sigaddset(&set, signal) == 0, "no such signal");
  check(::pthread_sigmask(SIG_BLOCK, &set, &mask_before_) == 0, "signals cannot be blocked");
  fd_ = Descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd_) opened_ = system_error("signalfd", errno);
}

Signals Signals::to_end() {
  struct sigaction at_hangup{};
  check(::sigaction(SIGHUP, nullptr, &at_hangup) == 0, "a signal cannot be asked for");
  const bool is_ignored = at_hangup.sa_handler == SIG_IGN;
  return is_ignored ? Signals{SIGINT, SIGTERM} : Signals{SIGINT, SIGTERM, SIGHUP};
}

Signals::~Signals() { ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr); }

/// would_block when none is there.
Result<int> Signals::receive() {
  signalfd_siginfo info{};
  ssize_t count = -1;
  do count = ::read(fd_.get(), &info, sizeof info);
  while (count < 0 && errno == EINTR);
  if (count == sizeof info) return static_cast<int>(info.ssi_signo);
  if (errno == EAGAIN) return failure(ErrorCode::would_block, "signalfd");
  return system_error("signalfd", errno);
}

Task<Result<int>> Signals::next() {
  Result<int> signal = receive();
  while (!signal && signal.error().code == ErrorCode::would_block) {
    const Result<void> ready = co_await wait_until_ready(fd_.get(), Ready::to_read);
    if (!ready) co_return std::unexpected(ready.error());
    signal = receive();
  }
  co_return signal;
}

Task<Result<void>> Signals::deliver(std::function<void(int)> obey) {
  Rest rest;
  for (;;) {
    while (const Result<int> signal = receive()) obey(*signal);
    Result<void> ready = co_await wait_until_ready(fd_.get(), Ready::to_read);
    if (ready) rest.begin_anew();
    if (!ready && ready.error().code != ErrorCode::cancelled) ready = co_await rest.take();
    if (!ready) co_return std::unexpected(ready.error());
  }
}

}  // namespace sched
