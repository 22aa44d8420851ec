#include "scheduler/mailbox.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "scheduler/readiness.h"
#include "scheduler/rest.h"

namespace sched {

Mailbox::Mailbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!fd_) opened_ = system_error("eventfd", errno);
  posted_.reserve(kRoom);
  delivered_.reserve(kRoom);
}

void Mailbox::post(std::function<void()> call) {
  {
    const std::scoped_lock lock(mutex_);
    posted_.push_back(std::move(call));
  }
  const std::uint64_t one = 1;
  // It can fail only when the counter is full, and then the other side is awake anyway.
  [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);
}

Task<Result<void>> Mailbox::deliver() {
  Rest rest;
  for (;;) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t reset = ::read(fd_.get(), &count, sizeof count);
    {
      const std::scoped_lock lock(mutex_);
      delivered_.swap(posted_);
    }
    for (const std::function<void()>& call : delivered_) call();
    delivered_.clear();
    Result<void> ready = co_await wait_until_ready(fd_.get(), Ready::to_read);
    if (ready) rest.begin_anew();
    if (!ready && ready.error().code != ErrorCode::cancelled) ready = co_await rest.take();
    if (!ready) co_return std::unexpected(ready.error());
  }
}

}  // namespace sched
