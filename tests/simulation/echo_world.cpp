#include "tests/simulation/echo_world.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "scheduler/backends/simulated.h"
#include "scheduler/backends/simulated_random.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "server/server.h"
#include "tests/support/coroutines.h"

namespace simulation {

namespace {

using sched::Address;
using sched::Duration;
using sched::Result;
using sched::Stream;
using sched::Task;
using sched::simulated::Conditions;
using sched::simulated::Random;
using support::bytes_of;
using support::error_of;
using support::must;

using namespace std::chrono_literals;

constexpr std::size_t kListeners = 2;

enum class Manner : std::uint8_t { by_turns, all_at_once, slowly, leaves, resets, impatient, astray };
constexpr std::uint64_t kManners = 7;

/// What one client will do.
struct Plan {
  Manner manner;
  Address to;
  std::vector<std::string> lines;
  std::size_t enough = 0;   ///< after how many bytes of the answer one that leaves does so
  bool asks_first = false;  ///< whether it is there at all, since its connection may come to nothing
  Duration pause{};         ///< between the receives of a slow one, or before one gives up connecting
  sched::StreamOptions options;
};

std::string answer_to(const std::vector<std::string>& lines) {
  std::string answer;
  for (const std::string& line : lines) answer += "GOT:" + line;
  return answer;
}

/// Compares what comes with what must come.
class Checker {
 public:
  Checker(std::string expected, std::uint64_t& answers) : expected_(std::move(expected)), answers_(answers) {}

  void check(const std::string& piece) {
    EXPECT_EQ(expected_.compare(checked_, piece.size(), piece), 0) << "at byte " << checked_ << " of the answer";
    answers_ += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
    checked_ += piece.size();
  }
  std::size_t checked() const { return checked_; }
  bool is_complete() const { return checked_ == expected_.size(); }

 private:
  std::string expected_;
  std::uint64_t& answers_;
  std::size_t checked_ = 0;
};

Task<Result<void>> send_all(Stream& stream, const Plan& plan) {
  for (const std::string& line : plan.lines) {
    if (const Result<void> sent = co_await stream.send(bytes_of(line)); !sent) co_return sent;
  }
  if (const Result<void> flushed = co_await stream.flush(); !flushed) co_return flushed;
  co_return stream.shutdown_send();
}

/// Sends everything, and receives at the same time as far as `enough`; true when the end of the stream has come.
Task<bool> converse(Stream& stream, const Plan& plan, Checker& checker, std::size_t enough) {
  sched::Scope sending(sched::Scope::OnFailure::keep_siblings);
  sending.spawn(send_all(stream, plan));
  bool ended = false;
  while (!ended && checker.checked() < enough) {
    const Result<std::string> piece = co_await support::receive_text(stream);
    if (piece) checker.check(*piece);
    ended = !piece;
    if (!piece) EXPECT_EQ(error_of(piece), "end of stream");
    if (plan.manner == Manner::slowly) must(co_await sched::sleep_for(plan.pause));
  }
  if (!ended) sending.cancel();
  [[maybe_unused]] const Result<void> sent = co_await sending.join();
  co_return ended;
}

Task<> take_turns(Stream& stream, const Plan& plan, Checker& checker) {
  for (const std::string& line : plan.lines) {
    must(co_await stream.send(bytes_of(line)));
    checker.check(co_await support::receive_exactly(stream, line.size() + 4));
  }
  must(co_await stream.flush());
  must(stream.shutdown_send());
  EXPECT_EQ(error_of(co_await stream.receive()), "end of stream");
}

/// Whether a connection that stands was accepted: one that came to nothing as it was is reset.
Task<bool> is_answered(Stream& stream) {
  if (!co_await support::send_text(stream, "there?\n")) co_return false;
  co_return co_await support::receive_exactly(stream, 11) == "GOT:there?\n";
}

/// Connects; where descriptors have run out, or the connection came to nothing, again a little later.
Task<Result<Stream>> connect_patiently(const Plan& plan) {
  for (;;) {
    Result<Stream> stream = co_await sched::connect(plan.to, plan.options);
    const bool is_lost = stream && plan.asks_first && !co_await is_answered(*stream);
    if (!is_lost && error_of(stream) != "EMFILE") co_return stream;
    must(co_await sched::sleep_for(50ms));
  }
}

Task<> visit(Plan plan, std::uint64_t& answers) {
  if (plan.manner == Manner::impatient) {
    const sched::CancelScope limit(sched::instant_after(sched::now(), plan.pause));
    const Result<Stream> stream = co_await sched::connect(plan.to, plan.options);
    co_return;
  }
  Result<Stream> stream = co_await connect_patiently(plan);
  if (plan.manner == Manner::astray) {
    EXPECT_EQ(error_of(stream), plan.to.is_unix() ? "ENOENT" : "ECONNREFUSED");
    co_return;
  }
  if (!stream) {
    EXPECT_EQ(error_of(stream), "ETIMEDOUT");  // the backlog was full each time it came
    co_return;
  }
  Checker checker(answer_to(plan.lines), answers);
  if (plan.manner == Manner::by_turns) {
    co_await take_turns(*stream, plan, checker);
  } else if (plan.manner == Manner::leaves || plan.manner == Manner::resets) {
    co_await converse(*stream, plan, checker, plan.enough);
    if (plan.manner == Manner::resets) stream->reset();
    co_return;
  } else {
    EXPECT_TRUE(co_await converse(*stream, plan, checker, std::string::npos));
  }
  EXPECT_TRUE(checker.is_complete());
}

std::string draw_line(Random& random) {
  std::string line = support::patterned(random.of_any_size(1, 8000), static_cast<unsigned>(random.next()));
  std::ranges::replace(line, '\n', ' ');
  return line + '\n';
}

Plan draw_plan(Random& random, const std::vector<Address>& addresses) {
  Plan plan{.manner = static_cast<Manner>(random.between(0, kManners - 1)),
            .to = addresses.at(random.between(0, kListeners - 1)),
            .lines = {},
            .options = {}};
  if (plan.manner == Manner::astray)
    plan.to = plan.to.is_unix() ? *Address::unix_path("/nowhere") : plan.to.with_port(1);
  for (std::uint64_t left = random.between(1, 12); left > 0; --left) plan.lines.push_back(draw_line(random));
  plan.enough = random.between(0, answer_to(plan.lines).size());
  plan.pause = random.between(Duration(0), Duration(20ms));
  plan.options.unsent_limit = static_cast<std::uint32_t>(random.of_any_size(1, 64 * 1024));
  return plan;
}

/// Serves while the clients come and go, then drains.
Task<> live(Random random, std::size_t clients, bool loses_accepts, std::uint64_t& answers) {
  sched::ListenOptions options;
  options.streams.unsent_limit = static_cast<std::uint32_t>(random.of_any_size(512, 64 * 1024));
  options.backlog = random.one_in(3) ? 0 : 100;
  std::vector<sched::Listener> listeners;
  std::vector<Address> addresses;
  for (const Address& address : {*Address::ip("127.0.0.1", 0), *Address::unix_path("/echo")}) {
    listeners.push_back(must(sched::listen(address, options)));
    addresses.push_back(must(listeners.back().local_address()));
  }
  server::ConnectionLimits limits(1000, std::nullopt);
  {
    server::Server server(server::SessionSettings{}, limits, server::Log());
    sched::Scope serving;
    serving.spawn(server.run(std::move(listeners)));
    sched::Scope visitors;
    for (std::size_t i = 0; i < clients; ++i) {
      Plan plan = draw_plan(random, addresses);
      plan.asks_first = loses_accepts;
      visitors.spawn(visit(std::move(plan), answers));
      if (random.one_in(4)) must(co_await sched::sleep_for(random.between(Duration(0), Duration(5ms))));
    }
    must(co_await visitors.join());
    serving.cancel();
    must(co_await serving.join());
  }
  EXPECT_EQ(limits.open(), 0U);
}

}  // namespace

Outcome run_echo_world(std::uint64_t seed) {
  Random random(seed);
  const std::size_t clients = random.of_any_size(1, 63);
  Conditions conditions = Conditions::drawn_from(seed);
  // One client can always be served, so all can in the end.
  if (random.one_in(3)) conditions.descriptors = static_cast<std::uint32_t>(kListeners + clients + 1);
  if (random.one_in(3)) conditions.one_short_accept_in = static_cast<std::uint32_t>(random.between(2, 8));
  if (random.one_in(3)) conditions.one_lost_accept_in = static_cast<std::uint32_t>(random.between(2, 8));
  auto backend = sched::make_simulated_backend({.seed = seed, .conditions = conditions});
  sched::SimulatedBackend& network = *backend;
  sched::Scheduler scheduler(std::move(backend));
  Outcome outcome;
  scheduler.run(live(random, clients, conditions.one_lost_accept_in > 0, outcome.answers));
  EXPECT_EQ(scheduler.timers().size(), 0U) << "a timer was left";
  outcome.trace_hash = network.trace_hash();
  for (std::size_t i = 0; i < outcome.marks.size(); ++i) {
    outcome.marks.at(i) = network.count(static_cast<sched::simulated::Mark>(i));
  }
  outcome.simulated_time = network.now().time_since_epoch();
  return outcome;
}

}  // namespace simulation
