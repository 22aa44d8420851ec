// How a client works under load when its steps are nothing but exchanges: several are under way on its connection, and
// what is sent in one go leaves in one go.

#include <algorithm>
#include <deque>
#include <span>

#include "client/run/client.h"

namespace client::run {

using sched::Result;
using sched::Task;

/// What is under way on one connection.
struct Client::Pipeline {
  struct Exchange {
    ThreadLoad::Start start;
    sched::Instant sent{};
    std::size_t step = 0;  ///< of the group
  };

  std::deque<Exchange> under_way;
  std::optional<ThreadLoad::Start> begun;  ///< the iteration whose next step is to be sent
  std::size_t step = 0;                    ///< that step
  std::optional<Exchange> last;            ///< the one that was answered last
  std::string batch;                       ///< what is sent at once
  std::vector<std::string> texts;          ///< what a step sends, where that is always the same; else empty
};

namespace {

const scenario::Exchange& exchange_of(const scenario::Group& group, std::size_t step) {
  return std::get<scenario::Exchange>(group.steps[step].action);
}

}  // namespace

/// Does iterations until the connection or the load ends.
Task<void> Client::pipeline(ThreadLoad::Queue& queue) {
  Pipeline line;
  bool passed = true;
  while (passed && !sched::Fiber::current().is_cancelled()) {
    if (!connection_) {
      // Those that come meanwhile wait.
      if (const auto start = co_await next_start(queue)) {
        line.begun = start;
        passed = co_await connect_by_itself();
        if (!passed) break;
      } else {
        co_return;
      }
    }
    queue.wakes(connection_->changed());
    passed = co_await fill(line, queue);
    if (!passed || (line.under_way.empty() && load_->is_over())) break;
    passed = co_await drain(line);
  }
  queue.wakes(given_);
  if (!passed || !line.under_way.empty()) co_await give_up_all(line);
}

/// Waits for an iteration; nothing when none will come.
Task<std::optional<ThreadLoad::Start>> Client::next_start(ThreadLoad::Queue& queue) {
  for (;;) {
    if (auto start = load_->take(queue)) co_return start;
    if (load_->is_over()) co_return std::nullopt;
    given_.reset();
    if (!co_await given_.wait()) co_return std::nullopt;
  }
}

/// Sends until as many exchanges are under way as may be, or nothing is to be sent.
Task<bool> Client::fill(Pipeline& line, ThreadLoad::Queue& queue) {
  for (;;) {
    line.batch.clear();
    const scenario::Send* first = nullptr;
    while (line.under_way.size() < load_->load().depth) {
      if (!line.begun) line.begun = load_->take(queue);
      if (!line.begun) break;
      const scenario::Send& send = exchange_of(group_, line.step).send;
      if (!append_text(line, send)) co_return false;
      first = first != nullptr ? first : &send;
      line.under_way.push_back({.start = *line.begun, .sent = sched::now(), .step = line.step});
      if (++line.step < group_.steps.size()) continue;
      line.step = 0;
      line.begun.reset();
    }
    if (line.batch.empty()) co_return true;
    const StepRun run(first->place, group_.step_timeout);
    const Result<void> sent = co_await connection_->stream().send(std::as_bytes(std::span(line.batch)));
    if (!sent) co_return fail_with(run, "send", sent.error(), "the peer does not read: nothing more can be sent");
    Counters::add(thread_.counters.bytes_sent, line.batch.size());
  }
}

/// What the step sends, to what is sent at once.
bool Client::append_text(Pipeline& line, const scenario::Send& send) {
  line.texts.resize(group_.steps.size());
  std::string& known = line.texts[line.step];
  if (known.empty()) {
    iteration_ = line.begun->number;
    StepRun run(send.place);
    if (!make_text(run, send)) return false;
    if (send.random_bytes == 0 && send.text.is_constant()) known = text_;
    line.batch += text_;
  } else {
    line.batch += known;
  }
  return true;
}

/// Takes the replies that have come, or waits for more when there are none.
Task<bool> Client::drain(Pipeline& line) {
  bool has_one = false;
  while (!line.under_way.empty()) {
    const auto frame = connection_->frame(exchange_of(group_, line.under_way.front().step).expect.framing);
    if (!frame) break;
    connection_->consume(frame->consumed);
    if (!take_reply(line, *frame)) co_return false;
    has_one = true;
  }
  if (has_one && connection_->overflowed()) co_return fail_overflow(StepRun(group_.place), group_.framing);
  if (has_one) co_return true;
  if (line.under_way.empty()) co_return co_await wait_for_work();
  const Pipeline::Exchange& front = line.under_way.front();
  const scenario::Expect& expect = exchange_of(group_, front.step).expect;
  iteration_ = front.start.number;
  const sched::Duration left = front.start.started + group_.client_timeout - front.sent;
  const StepRun run(expect.place, std::min(expect.timeout, left), expect.timeout <= left ? "timeout" : "client_timeout",
                    front.sent);
  const auto more = co_await connection_->more();
  co_return more || fail_without_frame(run, expect, more.error(), {expected_note(expect.frames.front())});
}

/// Nothing is under way: waits for something to do. The peer may close meanwhile.
Task<bool> Client::wait_for_work() {
  const auto more = co_await connection_->more();
  if (!more && more.error() == Connection::Nothing::ended) {
    co_await drop_connection(sched::Close::orderly);
    co_return true;
  }
  co_return more.has_value();
}

/// The first exchange under way has its reply.
bool Client::take_reply(Pipeline& line, const Frame& frame) {
  const Pipeline::Exchange front = line.under_way.front();
  const scenario::Expect& expect = exchange_of(group_, front.step).expect;
  const auto matches = [&](const Pipeline::Exchange& exchange) {
    iteration_ = exchange.start.number;
    return exchange_of(group_, exchange.step).expect.frames.front().first_failing(frame.bytes, context()) == nullptr;
  };
  if (verifies() && !matches(front)) {
    if (line.last && matches(*line.last)) load_->duplicated(front.start);
    if (std::any_of(line.under_way.begin() + 1, line.under_way.end(), matches)) load_->reordered(front.start);
    iteration_ = front.start.number;
    StepRun run(expect.place, expect.timeout, "timeout", front.sent);
    return fail_mismatch(run, {frame.is_cut_off ? FailureCode::truncated : FailureCode::mismatch, "expect"},
                         expect.frames.front(), frame.bytes);
  }
  Counters::add(thread_.counters.frames);
  line.under_way.pop_front();
  line.last = front;
  if (front.step + 1 == group_.steps.size()) load_->passed(front.start);
  return true;
}

/// The connection is of no use any more, and with it none of the iterations that were under way.
Task<void> Client::give_up_all(Pipeline& line) {
  const bool has_failed = outcome_ == Outcome::failed || outcome_ == Outcome::unreached;
  std::vector<ThreadLoad::Start> starts;
  for (const Pipeline::Exchange& exchange : line.under_way) {
    if (starts.empty() || starts.back().number != exchange.start.number) starts.push_back(exchange.start);
  }
  const bool has_unsent = line.begun && (starts.empty() || starts.back().number != line.begun->number);
  if (has_unsent) starts.push_back(*line.begun);
  if (starts.empty()) co_return co_await drop_connection(sched::Close::reset);
  if (has_failed && !line.under_way.empty()) load_->lost(starts.front(), line.under_way.size() - 1);
  for (std::size_t i = 1; i < starts.size(); ++i)
    has_failed ? load_->failed(starts[i]) : load_->was_cut_short(starts[i]);
  co_await give_up(starts.front());
}

}  // namespace client::run
