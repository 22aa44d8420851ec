#include "client/run/stop_source.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "scheduler/check.h"
#include "scheduler/readiness.h"

namespace client::run {

StopSource::StopSource() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!fd_) opened_ = sched::system_error("eventfd", errno);
}

bool StopSource::stop(StopReason reason) {
  int none = kNone;
  if (!signal_.compare_exchange_strong(none, reason.signal)) return false;
  const std::uint64_t one = 1;
  sched::check(::write(fd_.get(), &one, sizeof one) == sizeof one, "an eventfd that nobody has written to is full");
  return true;
}

std::optional<StopReason> StopSource::reason() const {
  const int signal = signal_.load();
  return signal == kNone ? std::nullopt : std::optional(StopReason{.signal = signal});
}

sched::Task<sched::Result<StopReason>> StopSource::wait() const {
  const sched::Result<void> ready = co_await sched::wait_until_ready(fd_.get(), sched::Ready::to_read);
  if (!ready) co_return std::unexpected(ready.error());
  co_return StopReason{.signal = signal_.load()};
}

}  // namespace client::run
