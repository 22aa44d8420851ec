#include "client/manual/screen.h"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "scheduler/backend.h"
#include "scheduler/scheduler.h"

namespace client::manual {

namespace {

std::string_view text_of(sched::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

View::Time time_of_day() { return sched::Scheduler::current().backend().time_of_day(); }

}  // namespace

sched::Task<sched::Result<void>> Screen::received(sched::Bytes bytes) {
  co_return co_await show(view_.received(text_of(bytes), time_of_day()));
}

sched::Task<sched::Result<void>> Screen::sent(sched::Bytes bytes) {
  co_return co_await show(view_.sent(text_of(bytes), time_of_day()));
}

sched::Task<sched::Result<void>> Screen::finish() { co_return co_await show(view_.finish(time_of_day())); }

// What is told here is not worth more than the terminal that does not take it.
sched::Task<void> Screen::tell(std::string text) { return print(fmt::format("echo_client: {}\n", text)); }

sched::Task<void> Screen::print(std::string lines) {
  editor_.end_line();
  [[maybe_unused]] const sched::Result<void> shown = co_await show(lines);
}

sched::Task<sched::Result<void>> Screen::show(std::string_view text) {
  if (!text.empty()) editor_.print(text);
  co_return co_await flush();
}

sched::Task<sched::Result<void>> Screen::flush() {
  const sched::Result<void> turn = co_await turn_.acquire();
  if (!turn) co_return turn;
  const std::string output = editor_.take_output();
  const sched::Result<void> written = co_await writer_.write(std::as_bytes(std::span(output)));
  turn_.release();
  co_return written;
}

}  // namespace client::manual
