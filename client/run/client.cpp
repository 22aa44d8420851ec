#include "client/run/client.h"

#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "client/run/step_run.h"
#include "scheduler/sleep.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::run {

namespace {

using sched::Duration;
using sched::ErrorCode;
using sched::Instant;
using sched::instant_after;
using sched::Result;

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014), the mixing function SplitMix64.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  return mixed ^ mixed >> 31;
}

}  // namespace

Client::Client(const scenario::Group& group, std::uint64_t index, ThreadContext& thread)
    : group_(group),
      index_(index),
      thread_(thread),
      random_state_(thread.run.seed ^ std::hash<std::string>()(group.name) ^ index * 0x9e3779b97f4a7c15),
      at_(&group.place) {
  random_ = [this] { return next_random(random_state_); };
}

Client::~Client() = default;

sched::Task<void> Client::run() {
  bool passed = false;
  {
    sched::CancelScope limit(instant_after(sched::now(), group_.start_after + group_.client_timeout));
    if (group_.start_after > Duration::zero()) {
      [[maybe_unused]] const Result<void> slept = co_await sched::sleep_for(group_.start_after);
    }
    passed = co_await iterate();
    if (!passed && !failed_ && limit.expired()) {
      const StepRun run(*at_, group_.client_timeout);
      fail(run, "client timed out", {"client_timeout is " + text::format_duration(group_.client_timeout)});
    }
  }
  co_await end_connection(sched::Close::orderly);
  Counters& counters = thread_.counters;
  if (passed) {
    Counters::add(counters.passed);
    co_return;
  }
  Counters::add(failed_ ? counters.failed : counters.interrupted);
  thread_.run.rendezvous.break_up(fmt::format("client {} {}", text::quote(group_.name), index_));
}

sched::Task<bool> Client::iterate() {
  using enum scenario::ConnectionMode;
  for (iteration_ = 0; iteration_ < group_.iterations; ++iteration_) {
    const bool anew = group_.connection == per_iteration || (group_.connection == per_client && iteration_ == 0);
    if (anew && !co_await connect(group_.target.place, group_.connect_timeout)) co_return false;
    if (!co_await run_steps(group_.steps)) co_return false;
    const bool last = group_.connection == per_iteration || iteration_ + 1 == group_.iterations;
    if (last && !check_nothing_unread()) co_return false;
    if (group_.connection == per_iteration) co_await end_connection(sched::Close::orderly);
  }
  co_return true;
}

sched::Task<bool> Client::run_steps(const scenario::Steps& steps) {
  for (const scenario::Step& step : steps) {
    if (!co_await run_step(step)) co_return false;
  }
  co_return true;
}

sched::Task<bool> Client::run_step(const scenario::Step& step) {
  at_ = &step.place;
  return std::visit([&](const auto& action) { return perform(step, action); }, step.action);
}

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::Send& send) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, group_.step_timeout);
  const std::string_view bytes = expand(send.text, send.eol);
  const Result<void> sent = co_await connection_->stream().send(std::as_bytes(std::span(bytes)));
  if (sent) {
    Counters::add(thread_.counters.bytes_sent, bytes.size());
    co_return true;
  }
  if (run.limit.expired()) co_return fail(run, "send timed out", {"the peer does not read: nothing more can be sent"});
  if (sent.error().code == ErrorCode::cancelled) co_return false;
  co_return fail(run, "send failed: " + name_of(sent.error()), {describe(sent.error())});
}

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::Exchange& exchange) {
  co_return co_await perform(step, exchange.send) && co_await perform(step, exchange.expect);
}

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::Shutdown&) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, group_.step_timeout);
  Result<void> done = co_await connection_->stream().flush();
  if (done) done = connection_->stream().shutdown_send();
  if (done) co_return true;
  if (run.limit.expired()) co_return fail(run, "shutdown timed out", {"the peer does not read what was sent before"});
  if (done.error().code == ErrorCode::cancelled) co_return false;
  co_return fail(run, "shutdown failed: " + name_of(done.error()), {describe(done.error())});
}

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::Close&) {
  if (!need_connection(step)) co_return false;
  StepRun run(step.place, group_.step_timeout);
  [[maybe_unused]] const Result<void> flushed = co_await connection_->stream().flush();
  if (run.limit.expired()) co_return fail(run, "close timed out", {"the peer does not read what was sent before"});
  co_await end_connection(sched::Close::orderly);
  co_return true;
}

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::Reset&) {
  if (!need_connection(step)) co_return false;
  co_await end_connection(sched::Close::reset);
  co_return true;
}

sched::Task<bool> Client::perform(const scenario::Step&, const scenario::Sleep& sleep) {
  const double share = static_cast<double>(random_() >> 11) * 0x1p-53;
  const auto spread = static_cast<double>((sleep.max - sleep.min).count()) * share;
  Duration duration = sleep.min + Duration(static_cast<Duration::rep>(spread));
  if (sleep.exponential_mean > Duration::zero()) {
    duration = Duration(std::llround(-std::log1p(-share) * static_cast<double>(sleep.exponential_mean.count())));
  }
  const Result<void> slept = co_await sched::sleep_for(duration);
  co_return slept.has_value();
}

sched::Task<bool> Client::perform(const scenario::Step&, const scenario::Repeat& repeat) {
  const std::uint64_t outer = iteration_;
  const Instant end = instant_after(sched::now(), repeat.duration.value_or(Duration::zero()));
  bool passed = true;
  for (iteration_ = 0; passed && (repeat.duration ? sched::now() < end : iteration_ < repeat.times); ++iteration_) {
    passed = co_await run_steps(repeat.steps);
  }
  iteration_ = outer;
  co_return passed;
}

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::Barrier& barrier) {
  Rendezvous& rendezvous = thread_.run.rendezvous;
  StepRun run(step.place, barrier.timeout);
  const std::uint64_t parties = barrier.parties.value_or(thread_.run.clients);
  const Rendezvous::Ticket ticket = rendezvous.arrive(barrier.name, parties);
  Rendezvous::State state = rendezvous.state(barrier.name, ticket);
  while (state == Rendezvous::State::closed) {
    const Result<void> changed = co_await thread_.barrier_changed.wait();
    if (changed) {
      state = rendezvous.state(barrier.name, ticket);
      continue;
    }
    const std::uint64_t there = rendezvous.waiting(barrier.name);
    rendezvous.leave(barrier.name, ticket);
    if (!run.limit.expired()) co_return false;
    co_return fail(run, "barrier timed out", {fmt::format("{} of {} clients had come", there, parties)});
  }
  if (state == Rendezvous::State::open) co_return true;
  co_return fail(run, "barrier broken", {"a party will not come: " + rendezvous.broken_by() + " ended before"});
}

scenario::ExpansionContext Client::context() const {
  return {.client_index = index_, .client_name = group_.name, .iteration = iteration_, .random = &random_};
}

std::string_view Client::expand(const scenario::Template& text, scenario::Eol eol) {
  text_.clear();
  scenario::ExpansionContext values = context();
  if (text.uses_clock()) {
    values.now_ms = static_cast<std::uint64_t>(sched::Scheduler::current().backend().time_of_day().count());
  }
  text.expand(values, text_);
  return text_ += bytes_of(eol);
}

bool Client::need_connection(const scenario::Step& step) {
  if (connection_) return true;
  return fail(StepRun(step.place, Duration::zero()), fmt::format("{} failed: not connected", step.keyword),
              {"connect first: a connect step, or \"connection\": \"per_client\""});
}

bool Client::fail(const StepRun& run, std::string title, std::vector<std::string> notes) {
  failed_ = true;
  notes.push_back(standing(run));
  thread_.failures.add(Failure{.title = std::move(title),
                               .place = run.place,
                               .notes = std::move(notes),
                               .group = group_.name,
                               .client = index_,
                               .endpoint = endpoint_});
  return false;
}

std::string Client::standing(const StepRun& run) const {
  std::string text = "after " + text::format_duration(sched::now() - run.started);
  if (run.timeout > Duration::zero()) text += " of " + text::format_duration(run.timeout);
  if (connection_) {
    const std::optional<sched::Error>& ended = connection_->ended();
    const bool closed = ended && ended->code == ErrorCode::end_of_stream;
    text += fmt::format("; {} bytes unread; peer {}", connection_->unread().size(),
                        !ended   ? "open"
                        : closed ? "closed"
                                 : "gone (" + name_of(*ended) + ")");
  }
  return text + fmt::format("; seed {}", thread_.run.seed);
}

}  // namespace client::run
