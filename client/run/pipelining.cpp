// How a client works under load when its steps are nothing but exchanges: several are under way on its connection, and
// what is sent in one go leaves in one go.

#include <algorithm>
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

  /// The exchanges that are under way, in the order in which they are answered. They stay where they are, and so does
  /// the one that was answered last.
  class UnderWay {
   public:
    bool empty() const { return first_ == end_; }
    std::size_t size() const { return end_ - first_; }
    const Exchange& operator[](std::size_t index) const { return slot(first_ + index); }
    const Exchange& front() const { return slot(first_); }
    void pop_front() { ++first_; }
    const Exchange* last_answered() const { return first_ == kFirst ? nullptr : &slot(first_ - 1); }

    /// The one that is to be put at the end, valid until it is.
    Exchange& next() { return slots_[end_ & (slots_.size() - 1)]; }
    void push_back_next() {
      ++end_;
      if (size() + 2 > slots_.size()) grow();
    }

   private:
    static constexpr std::size_t kFirst = 1;

    const Exchange& slot(std::size_t index) const { return slots_[index & (slots_.size() - 1)]; }
    void grow() {
      std::vector<Exchange> larger(slots_.size() * 2);
      for (std::size_t i = first_ - 1; i != end_; ++i) larger[i & (larger.size() - 1)] = slot(i);
      slots_ = std::move(larger);
    }

    std::vector<Exchange> slots_ = std::vector<Exchange>(4);  ///< a power of two: the one before, those, and the next
    std::size_t first_ = kFirst;
    std::size_t end_ = kFirst;
  };

  /// What is the same whenever a step is done; empty where nothing is known to be.
  struct Constant {
    std::string text;            ///< what it sends
    std::string reply;           ///< one that passed, its frame's end included
    bool decides_alone = false;  ///< whether the same bytes pass again
  };

  Pipeline(const scenario::Group& group, bool has_one_at_a_time)
      : steps(group.steps.size()), constants(steps), asks_before_each(has_one_at_a_time) {
    for (std::size_t i = 0; i < constants.size(); ++i) {
      const auto& exchange = std::get<scenario::Exchange>(group.steps[i].action);
      constants[i].decides_alone = scenario::is_constant(exchange.expect.frames.front());
      asks_before_each |= !constants[i].decides_alone;
    }
  }

  UnderWay under_way;
  const std::size_t steps;          ///< how many the group has
  std::size_t step = 0;             ///< the one that is to be sent next
  bool has_begun = false;           ///< its iteration, whose start `under_way.next()` has
  std::string batch;                ///< what is sent at once
  std::vector<Constant> constants;  ///< of each step
  bool asks_before_each;            ///< whether an exchange may find that it cannot be sent: see may_send()
};

namespace {

const scenario::Exchange& exchange_of(const scenario::Group& group, std::size_t step) {
  return std::get<scenario::Exchange>(group.steps[step].action);
}

}  // namespace

/// Does iterations until the connection or the load ends.
Task<void> Client::pipeline(ThreadLoad::Queue& queue) {
  Pipeline line(group_, load_->load().depth == 1);
  bool passed = true;
  while (passed && !sched::Fiber::current().is_cancelled()) {
    if (!connection_) {
      // Those that come meanwhile wait.
      if (const auto start = co_await next_start(queue)) {
        line.under_way.next().start = *start;
        line.has_begun = true;
        attend(*start);
        passed = co_await connect_by_itself();
        if (!passed) break;
      } else {
        co_return;
      }
    }
    queue.wakes(connection_->changed());
    passed = co_await fill(line, queue);
    if (!passed || (line.under_way.empty() && load_->is_over())) break;
    passed = co_await drain(line, queue);
  }
  queue.wakes(given_);
  if (!passed || !line.under_way.empty()) co_await give_up_all(line);
}

/// Waits for an iteration; nothing when none will come.
Task<std::optional<ThreadLoad::Start>> Client::next_start(ThreadLoad::Queue& queue) {
  for (;;) {
    ThreadLoad::Start start;
    if (load_->take(queue, start)) co_return start;
    if (load_->is_over()) co_return std::nullopt;
    given_.reset();
    if (!co_await given_.wait()) co_return std::nullopt;
  }
}

/// Sends until as many exchanges are under way as may be, or nothing is to be sent.
Task<bool> Client::fill(Pipeline& line, ThreadLoad::Queue& queue) {
  for (;;) {
    const std::size_t first = line.step;
    if (!gather(line, queue)) co_return false;
    if (line.batch.empty()) co_return true;
    const StepRun run(exchange_of(group_, first).send.place, group_.step_timeout);
    const Result<void> sent = co_await connection_->stream().send(std::as_bytes(std::span(line.batch)));
    if (!sent) {
      attend(line.under_way.front().start);
      co_return fail_with(run, "send", sent.error(), "the peer does not read: nothing more can be sent");
    }
    Counters::add(thread_.counters.bytes_sent, line.batch.size());
  }
}

/// Puts as many exchanges under way as may be, and what they send into the batch. False: one of them has failed.
bool Client::gather(Pipeline& line, ThreadLoad::Queue& queue) {
  line.batch.clear();
  const std::size_t depth = load_->load().depth;
  const sched::Instant now = sched::now();
  while (line.under_way.size() < depth) {
    Pipeline::Exchange& next = line.under_way.next();
    if (!line.has_begun && !load_->take(queue, next.start)) break;
    line.has_begun = true;
    if ((line.asks_before_each && !may_send(line)) || !append_text(line)) return false;
    next.sent = now;
    next.step = line.step;
    go_on(line);
  }
  return true;
}

/// Whether the next exchange finds what it needs.
bool Client::may_send(Pipeline& line) {
  const scenario::Exchange& exchange = exchange_of(group_, line.step);
  const bool must_be_fresh = exchange.fresh && load_->load().depth == 1 && !connection_->unread().empty();
  if (!must_be_fresh && line.constants[line.step].decides_alone) return true;
  iteration_ = line.under_way.next().start.number;
  const StepRun run(group_.steps[line.step].place);
  return (!must_be_fresh || check_fresh(run)) && is_usable(run, exchange.expect.frames.front(), false);
}

/// The next exchange is under way. The one after it is of the same iteration, unless that was its last.
void Client::go_on(Pipeline& line) {
  line.has_begun = ++line.step < line.steps;
  if (line.has_begun) {
    const ThreadLoad::Start start = line.under_way.next().start;
    line.under_way.push_back_next();
    line.under_way.next().start = start;
  } else {
    line.under_way.push_back_next();
    line.step = 0;
  }
}

/// What the step sends, to what is sent at once.
bool Client::append_text(Pipeline& line) {
  std::string& known = line.constants[line.step].text;
  if (known.empty()) {
    const scenario::Send& send = exchange_of(group_, line.step).send;
    attend(line.under_way.next().start);
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
Task<bool> Client::drain(Pipeline& line, ThreadLoad::Queue& queue) {
  bool has_one = false;
  while (!line.under_way.empty()) {
    has_one = take_known_replies(line) || has_one;
    if (line.under_way.empty()) break;
    const auto frame = connection_->frame(exchange_of(group_, line.under_way.front().step).expect.framing);
    if (!frame) break;
    const std::string_view whole = connection_->unread().substr(0, frame->consumed);
    connection_->consume(frame->consumed);
    if (!take_reply(line, *frame, whole)) co_return false;
    has_one = true;
  }
  if (has_one && connection_->overflowed()) {
    attend(line.under_way.last_answered()->start);
    co_return fail_overflow(StepRun(group_.place), group_.framing);
  }
  if (has_one) co_return true;
  if (line.under_way.empty()) co_return co_await wait_for_work(queue);
  const Pipeline::Exchange& front = line.under_way.front();
  const scenario::Expect& expect = exchange_of(group_, front.step).expect;
  const sched::Instant started = front.start.begun + clock_.stopped();
  const sched::Duration left = started + group_.client_timeout - front.sent;
  const StepRun run(expect.place, std::min(expect.timeout, left), expect.timeout <= left ? "timeout" : "client_timeout",
                    front.sent);
  const auto more = co_await connection_->more();
  if (more) co_return true;
  attend(front.start);
  co_return fail_without_frame(run, expect, more.error(), {expected_note(expect.frames.front())});
}

/// Nothing is under way: waits for something to do. That the peer closes meanwhile, the next exchange finds.
Task<bool> Client::wait_for_work(ThreadLoad::Queue& queue) {
  if (connection_->ended()) {
    queue.wakes(given_);
    given_.reset();
    const Result<void> given = co_await given_.wait();
    co_return given.has_value();
  }
  const auto more = co_await connection_->more();
  const bool has_ended = !more && more.error() == Connection::Nothing::ended;
  if (has_ended) co_return true;
  const bool is_overflow = !more && more.error() == Connection::Nothing::overflow;
  if (is_overflow) co_return fail_overflow(StepRun(group_.place), group_.framing);
  co_return more.has_value();
}

/// Takes what begins as a reply does that was compared and passed: another look at it would say the same. Whether there
/// was one. Whether it counts as compared is drawn as for any other.
bool Client::take_known_replies(Pipeline& line) {
  bool has_one = false;
  const sched::Instant now = sched::now();
  while (!line.under_way.empty()) {
    const Pipeline::Exchange& front = line.under_way.front();
    const std::string& known = line.constants[front.step].reply;
    if (known.empty() || !connection_->unread().starts_with(known)) break;
    connection_->consume(known.size());
    if (!verifies_all_) attend(front.start);
    answered(line, verifies(), now);
    has_one = true;
  }
  return has_one;
}

/// The first exchange under way has its reply, which was `whole` on the wire.
bool Client::take_reply(Pipeline& line, const Frame& frame, std::string_view whole) {
  const Pipeline::Exchange& front = line.under_way.front();
  const scenario::Expect& expect = exchange_of(group_, front.step).expect;
  const auto matches = [&](const Pipeline::Exchange& exchange) {
    iteration_ = exchange.start.number;
    return exchange_of(group_, exchange.step).expect.frames.front().first_failing(frame.bytes, context()) == nullptr;
  };
  if (!verifies_all_) attend(front.start);
  const bool is_compared = verifies();
  if (is_compared && !matches(front)) {
    const Pipeline::Exchange* last = line.under_way.last_answered();
    if (last != nullptr && matches(*last)) load_->duplicated(front.start);
    bool is_of_another = false;
    for (std::size_t i = 1; i < line.under_way.size(); ++i) is_of_another |= matches(line.under_way[i]);
    if (is_of_another) load_->reordered(front.start);
    attend(front.start);
    StepRun run(expect.place, expect.timeout, "timeout", front.sent);
    return fail_mismatch(run, {frame.is_cut_off ? FailureCode::truncated : FailureCode::mismatch, "expect"},
                         expect.frames.front(), frame.bytes);
  }
  Pipeline::Constant& constant = line.constants[front.step];
  if (is_compared && constant.decides_alone && !frame.is_cut_off) constant.reply = whole;
  answered(line, is_compared, sched::now());
  return true;
}

void Client::answered(Pipeline& line, bool is_compared, sched::Instant now) {
  const Pipeline::Exchange& front = line.under_way.front();
  count_reply(is_compared);
  // Nothing pauses while exchanges are under way: the client's clock has not stood still meanwhile.
  const sched::Duration exchange = now - front.sent;
  if (line.steps == 1) {
    load_->passed_in_one(front.start, now - clock_.stopped(), exchange);
  } else {
    load_->exchanged_in(front.start, exchange);
    if (front.step + 1 == line.steps) load_->passed(front.start, now - clock_.stopped());
  }
  line.under_way.pop_front();
}

/// The connection is of no use any more, and with it none of the iterations that were under way.
Task<void> Client::give_up_all(Pipeline& line) {
  const bool has_failed = outcome_ == Outcome::failed || outcome_ == Outcome::unreached;
  std::vector<ThreadLoad::Start> starts;
  const auto add = [&starts](const ThreadLoad::Start& start) {
    if (starts.empty() || starts.back().number != start.number) starts.push_back(start);
  };
  for (std::size_t i = 0; i < line.under_way.size(); ++i) add(line.under_way[i].start);
  if (line.has_begun) add(line.under_way.next().start);
  if (starts.empty()) {
    if (has_failed) load_->failed_in_none();
    co_return co_await drop_connection(sched::Close::reset);
  }
  if (has_failed && !line.under_way.empty()) load_->lost(starts.front(), line.under_way.size() - 1);
  for (std::size_t i = 1; i < starts.size(); ++i)
    has_failed ? load_->failed(starts[i]) : load_->was_cut_short(starts[i]);
  co_await give_up(starts.front());
}

}  // namespace client::run
