#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/run/connection.h"
#include "client/run/context.h"
#include "client/run/frames.h"
#include "client/scenario/model.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/task.h"
#include "transports/url.h"

// Client: one client of a group, which is one connection at a time and one coroutine. It interprets the group's steps,
// one after the other, until they are done or one of them fails.

namespace client::run {

class Client {
 public:
  /// `group` and `thread` outlive it. `index` is the client's in its group.
  Client(const scenario::Group& group, std::uint64_t index, ThreadContext& thread);
  ~Client();

  /// Runs all iterations, closes the connection, and counts how it ended. Cancellation: ends soon, counted as
  /// interrupted.
  sched::Task<void> run();

 private:
  /// A step while it runs: its deadline and what its failure text needs.
  class StepRun;
  /// Why no frame came.
  enum class NoFrame : std::uint8_t { timeout, ended, overflow, interrupted };

  sched::Task<bool> iterate();
  sched::Task<bool> run_steps(const scenario::Steps& steps);
  sched::Task<bool> run_step(const scenario::Step& step);

  sched::Task<bool> perform(const scenario::Step& step, const scenario::Connect& connect);
  sched::Task<bool> perform(const scenario::Step& step, const scenario::Send& send);
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

  // connecting.cpp
  sched::Task<bool> connect(const scenario::Place& place, sched::Duration timeout,
                            const scenario::Connect* step = nullptr);
  sched::Task<bool> connect_now(const scenario::Place& place, sched::Duration timeout, const scenario::Connect* step);
  sched::Task<std::optional<sched::Error>> dial(const std::vector<sched::Address>& addresses);
  sched::Task<void> end_connection(sched::Close how);

  // expecting.cpp
  sched::Task<bool> expect_frames(StepRun& run, const scenario::Expect& expect);
  sched::Task<bool> expect_next(StepRun& run, const scenario::Expect& expect, const scenario::Pattern& pattern);
  sched::Task<bool> expect_until(StepRun& run, const scenario::Expect& expect);
  sched::Task<bool> expect_any_order(StepRun& run, const scenario::Expect& expect);
  sched::Task<bool> expect_raw(StepRun& run, const scenario::Expect& expect, const scenario::Pattern& pattern);
  sched::Task<bool> next_frame(StepRun& run, const scenario::Expect& expect,
                               std::span<const scenario::Pattern> accepted);
  sched::Task<std::optional<NoFrame>> wait_for_more(const StepRun& run);
  bool too_soon(StepRun& run, const scenario::Expect& expect, std::string_view frame);
  void consume(std::size_t count);
  bool check_nothing_unread();

  scenario::ExpansionContext context() const;
  std::string_view expand(const scenario::Template& text, scenario::Eol eol);
  bool need_connection(const scenario::Step& step);

  /// Records the failure of `run`'s step, with the notes and how the connection stands. Gives false.
  bool fail(const StepRun& run, std::string title, std::vector<std::string> notes);
  bool fail_without_frame(const StepRun& run, NoFrame why, std::span<const scenario::Pattern> accepted);
  std::string standing(const StepRun& run) const;

  const scenario::Group& group_;
  const std::uint64_t index_;
  ThreadContext& thread_;
  std::optional<Connection> connection_;
  std::string endpoint_;  ///< "tcp 127.0.0.1:25000"
  std::uint64_t iteration_ = 0;
  std::uint64_t random_state_;
  mutable std::function<std::uint64_t()> random_;
  std::string text_;           ///< what is being sent
  Frame frame_;                ///< what next_frame() found
  std::size_t searched_ = 0;   ///< of the unread bytes, see first_line()
  const scenario::Place* at_;  ///< the step that runs
  bool failed_ = false;
};

}  // namespace client::run
