#include "scheduler/mailbox.h"

#include <sys/eventfd.h>

#include <cstdint>
#include <utility>

#include "scheduler/check.h"
#include "scheduler/readiness.h"

namespace sched {

Mailbox::Mailbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { check(static_cast<bool>(fd_), "eventfd failed"); }

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
  for (;;) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t reset = ::read(fd_.get(), &count, sizeof count);
    std::vector<std::function<void()>> calls;
    {
      const std::scoped_lock lock(mutex_);
      calls.swap(posted_);
    }
    for (const std::function<void()>& call : calls) call();
    const Result<void> ready = co_await wait_until_ready(fd_.get(), Ready::to_read);
    if (!ready) co_return std::unexpected(ready.error());
  }
}

}  // namespace sched
