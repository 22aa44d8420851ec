#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/run/connection.h"
#include "client/run/context.h"
#include "client/run/latency_clock.h"
#include "client/run/outcome.h"
#include "client/run/step_run.h"
#include "client/run/thread_load.h"
#include "client/scenario/model.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/task.h"

// Client: one client of a group, which is one connection at a time and one coroutine. It interprets the group's steps,
// one after the other, until they are done or one of them fails. Every step is a perform() that gives whether the next
// one follows; the one that gives false has recorded why, or the client was interrupted.

namespace client::run {

class Client {
 public:
  /// `group` and `thread` outlive it. `index` is the client's in its group.
  Client(const scenario::Group& group, std::uint64_t index, ThreadContext& thread);

  /// Runs all iterations, closes the connection, and tells how it ended. Cancellation: ends soon, as interrupted.
  sched::Task<Outcome> run();

  /// The same under load: does the iterations that it is given until the load is over. It joins when it is ready for
  /// the first, connected or not. Iterations that fail do not fail the client.
  sched::Task<Outcome> run_under_load(ThreadLoad& load);

  /// What its steps have given its variables.
  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  sched::Task<bool> iterate();
  sched::Task<bool> run_steps(const scenario::Steps& steps);
  /// Waits because the scenario says so, which counts in no latency. Errors: cancelled. Cancellation: at once.
  sched::Task<sched::Result<void>> pause_until(sched::Instant end);
  sched::Task<sched::Result<void>> pause_for(sched::Duration duration);

  sched::Task<bool> perform(const scenario::Step& step, const scenario::Connect& connect);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Expect& expect);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Exchange& exchange);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::ExpectClose& expect);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::ExpectSilence& expect);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Shutdown&);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Close&);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Reset&);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Sleep& sleep);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Repeat& repeat);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Barrier& barrier);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Skip& skip);

  // loading.cpp
  sched::Task<void> iterate_once(ThreadLoad::Queue& queue);
  sched::Task<bool> do_steps();
  sched::Task<void> give_up(const ThreadLoad::Start& start);
  void attend(const ThreadLoad::Start& start);

  // pipelining.cpp
  struct Pipeline;
  sched::Task<void> pipeline(ThreadLoad::Queue& queue);
  sched::Task<std::optional<ThreadLoad::Start>> next_start(ThreadLoad::Queue& queue);
  bool may_send(Pipeline& line);
  bool append_text(Pipeline& line);
  bool gather(Pipeline& line, ThreadLoad::Queue& queue);
  sched::Task<bool> fill(Pipeline& line, ThreadLoad::Queue& queue);
  void go_on(Pipeline& line);
  sched::Task<bool> drain(Pipeline& line, ThreadLoad::Queue& queue);
  sched::Task<bool> wait_for_work(ThreadLoad::Queue& queue);
  bool take_known_replies(Pipeline& line);
  bool take_reply(Pipeline& line, const Frame& frame, std::string_view whole);
  void answered(Pipeline& line, bool is_compared, sched::Instant now);
  sched::Task<void> give_up_all(Pipeline& line);

  // sending.cpp
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Send& send);
  sched::Task<bool> wait_to_send(const scenario::Step& step);
  sched::Task<bool> transmit(StepRun& run, const scenario::Send& send);
  sched::Task<sched::Result<void>> send_in_pieces(const scenario::Send& send);
  bool make_text(StepRun& run, const scenario::Send& send);
  std::size_t next_piece(const scenario::Send& send, std::size_t number);
  /// Waits until what was sent before has left. False when it could not: that has been recorded, at the place of the
  /// send. Where the step's time is over first, nothing was learned.
  sched::Task<bool> has_sent(const StepRun& run);
  /// Whether the flush has failed and something that was sent before did not leave. A peer that has taken all may have
  /// gone, which is no failure of a send.
  bool has_lost_bytes(const sched::Result<void>& flushed) const;

  // retrying.cpp
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Retry& retry);
  sched::Task<std::uint64_t> attempt_until_passed(StepRun& run, const scenario::Retry& retry);

  // variables.cpp
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Set& set);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::CaptureStep& capture);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Assert& assert);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Log& log);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Fail& fail);
  /// `frame` is the one that was matched last, if one was.
  bool capture(StepRun& run, const scenario::Captures& captures, const std::optional<std::string>& frame);
  bool capture_groups(StepRun& run, const scenario::Pattern& pattern, std::string_view frame);
  bool set_value(StepRun& run, std::uint32_t variable, std::string value);
  /// Whether the steps have given a value to all that the text, or the pattern, is made of.
  bool has_values(const StepRun& run, const scenario::Template& text);
  bool has_values(const StepRun& run, const scenario::Pattern& pattern);
  /// The same, and whether what the pattern's texts come to can be used.
  bool is_usable(const StepRun& run, const scenario::Pattern& pattern, bool is_raw);
  std::string expanded(const scenario::Template& text) const;

  // connecting.cpp
  sched::Task<bool> connect_by_itself();
  sched::Task<bool> connect(const scenario::Place& place, const scenario::Connect& how);
  sched::Task<std::optional<sched::Error>> dial(const std::vector<sched::Address>& addresses,
                                                std::vector<std::string>& tried);
  sched::Task<sched::Result<sched::Stream>> dial_one(sched::Address address);
  bool judge_connect(const StepRun& run, const scenario::Connect& how, const std::optional<sched::Error>& error,
                     std::vector<std::string> tried);
  bool fail_to_find(const StepRun& run, const scenario::Connect& how, const AddressBook::NotFound& reason);
  sched::Task<bool> close(StepRun& run);
  sched::Task<void> drop_connection(sched::Close how);

  // expecting.cpp
  sched::Task<bool> expect_all(StepRun& run, const scenario::Expect& expect);
  struct Expecting;
  sched::Task<bool> expect_once(Expecting& expecting);
  sched::Task<bool> expect_next(Expecting& expecting, const scenario::Pattern& pattern);
  sched::Task<bool> expect_raw(Expecting& expecting, const scenario::Pattern& pattern);
  sched::Task<bool> expect_until(Expecting& expecting);
  sched::Task<bool> expect_any_order(Expecting& expecting);
  bool accept(Expecting& expecting, std::string_view frame, bool is_compared = true);
  sched::Task<bool> end_without_frame(Expecting& expecting, Connection::Nothing why, std::vector<std::string> notes);
  bool check_nothing_unread(const StepRun& run, std::string_view phase);
  bool check_fresh(const StepRun& run);
  /// The cause's phase is what compares: "expect".
  bool fail_mismatch(StepRun& run, Cause cause, const scenario::Pattern& pattern, std::string_view frame);
  bool fail_without_frame(const StepRun& run, const scenario::Expect& expect, Connection::Nothing why,
                          std::vector<std::string> notes, bool passed_over_rest = false);
  std::string unread_note() const;
  std::string hint_of_crlf() const;
  std::string expected_note(const scenario::Pattern& pattern) const;
  /// Whether the next reply is compared with what is expected. To be asked once for each: it may be drawn.
  bool verifies();
  /// A reply is as expected; or it was not compared, and is taken for that.
  void count_reply(bool is_compared);
  /// Under load: whether the iteration that it attends to is.
  bool is_measured() const;

  // failing.cpp
  bool need_connection(const scenario::Step& step);

  // Each of these gives false.

  /// Records the failure of `run`'s step, with the notes and how the connection stands.
  bool fail(const StepRun& run, Cause cause, std::string title, std::vector<std::string> notes);
  bool fail(Failure failure);
  /// What the step, called `what`, waited for was cancelled: the failure is that of the deadline that has passed, if
  /// one has.
  bool fail_cut_off(const StepRun& run, std::string_view what, std::vector<std::string> notes);
  /// An operation of the step failed or was cancelled; `stalled` says what it means that it took too long.
  bool fail_with(const StepRun& run, std::string_view what, const sched::Error& error, std::string stalled);
  bool fail_overflow(const StepRun& run, const scenario::Framing& framing);
  /// Sending has failed; the failure is that of the send whose bytes could not leave, which may be an earlier one.
  bool fail_send(const StepRun& run, const sched::Error& error);

  Failure failure_of(const StepRun& run, Cause cause, std::string title, std::vector<std::string> notes) const;
  std::string passed_deadline(const StepRun& run) const;
  std::string standing(const StepRun& run) const;
  void break_barriers(const scenario::Steps& steps);

  double random_share();  ///< from 0 on, below 1
  scenario::ExpansionContext context() const;
  /// The same, with the time of day where `text` needs it.
  scenario::ExpansionContext context_for(const scenario::Template& text) const;

  const scenario::Group& group_;
  const std::uint64_t index_;
  ThreadContext& thread_;
  const sched::CancelScope* limit_ = nullptr;  ///< client_timeout
  std::optional<Connection> connection_;
  std::string endpoint_;  ///< "tcp 127.0.0.1:25000"
  std::uint64_t iteration_ = 0;
  bool iterates_;  ///< `iteration_` tells more than that there is one
  std::uint64_t random_state_;
  std::uint64_t rechunk_state_;
  mutable std::function<std::uint64_t()> random_;
  std::string text_;                                ///< what is being sent
  std::vector<std::optional<std::string>> values_;  ///< of its own variables, by their places
  std::optional<std::string> last_frame_;           ///< that matched, where a step captures from it
  std::optional<Failure>* trial_ = nullptr;         ///< where a failure goes that may be retried
  Cause cause_;                                     ///< of the last failure
  std::uint32_t stage_ = 0;                         ///< of it, too
  ThreadLoad* load_ = nullptr;                      ///< none when it does its steps as often as its group says
  std::optional<ThreadLoad::Start> start_;          ///< under load: of the iteration that it attends to
  LatencyClock clock_;
  sched::Instant connecting_since_{};   ///< on that clock
  sched::Event given_;                  ///< the load has something for it to do
  bool verifies_all_ = true;            ///< every reply is compared
  std::uint64_t replies_ = 0;           ///< on this connection, where not all are compared
  std::uint64_t measured_replies_ = 0;  ///< of those: of iterations that are measured
  sched::Instant started_;
  sched::Instant next_send_{};  ///< not before, for the message rate
  bool has_connected_ = false;  ///< or tried to
  Outcome outcome_ = Outcome::interrupted;
};

}  // namespace client::run
