#include "tests/unit/server/visit.h"

#include <utility>

#include "scheduler/backends/simulated.h"
#include "scheduler/listener.h"
#include "scheduler/scheduler.h"
#include "scheduler/sleep.h"

namespace visits {

namespace {

using sched::Result;
using sched::Stream;
using sched::Task;
using support::must;

Task<> serve(Stream stream, const server::SessionSettings& settings, Ending& ending) {
  server::Session session(stream, settings);
  ending.how = co_await session.run();
  ending.at = sched::now();
}

Task<> visit(const VisitOptions& options, Body body) {
  sched::Listener listener = must(sched::listen(*sched::Address::ip("127.0.0.1", 0), {.streams = options.server}));
  support::Pair pair = co_await support::connect_pair(listener, options.peer);
  must(co_await support::send_text(pair.client, options.sent_before));
  must(co_await sched::sleep_for(kArrival));
  sched::Scope session;
  Ending ending;
  if (options.cancelled_from_the_start) session.cancel();
  session.spawn(serve(std::move(pair.server), options.settings, ending));
  co_await body({.options = options, .peer = pair.client, .session = session, .ending = ending});
  pair.client.close();
  must(co_await session.join());
}

}  // namespace

Task<server::SessionEnd> Visit::end() const {
  must(co_await session.join());
  co_return ending.how.value();
}

Task<> send_as_far_as_possible(Stream& stream, std::string text) {
  [[maybe_unused]] const Result<void> sent = co_await support::send_text(stream, std::move(text));
}

std::string many_lines() {
  std::string text;
  for (std::size_t length = 0; length < 630; ++length) {
    text += std::string(length, static_cast<char>('a' + length % 26)) + '\n';
  }
  return text;
}

void SessionTest::run(const VisitOptions& options, Body body) const {
  sched::Scheduler scheduler(sched::make_simulated_backend({.seed = GetParam()}));
  scheduler.run(visit(options, body));
  EXPECT_EQ(scheduler.timers().size(), 0U) << "a timer was left";
}

}  // namespace visits
