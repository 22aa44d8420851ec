// How a client connects and closes.

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "client/run/client.h"
#include "client/run/machine_limits.h"
#include "text/units.h"

namespace client::run {

namespace {

using scenario::Connect;
using sched::Error;
using sched::ErrorCode;
using sched::Result;
using sched::Task;

constexpr std::string_view kPhase = "connect";

std::string endpoint_of(const sched::Address& address) {
  return (address.is_unix() ? "unix " : "tcp ") + address.to_string();
}

std::string_view name_of(Connect::Error error) {
  switch (error) {
    case Connect::Error::refused:
      return "refused";
    case Connect::Error::timeout:
      return "timeout";
    case Connect::Error::reset:
      return "reset";
    case Connect::Error::resolve:
      return "resolve";
  }
  return "";
}

/// The word that `expect_error` has for an error; nothing when it has none.
std::optional<Connect::Error> kind_of(const Error& error, bool timed_out) {
  if (timed_out || error.error_number == ETIMEDOUT) return Connect::Error::timeout;
  // A Unix socket that nobody has made (unix(7)).
  if (error.error_number == ECONNREFUSED || error.error_number == ENOENT) return Connect::Error::refused;
  if (error.error_number == ECONNRESET) return Connect::Error::reset;
  return std::nullopt;
}

/// One of the connections that may be on their way at a time.
class Turn {
 public:
  explicit Turn(sched::Semaphore& turns) : turns_(turns) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { give_back(); }

  /// Gives whether it was got; not when the fiber is cancelled.
  Task<bool> take() {
    is_taken_ = (co_await turns_.acquire()).has_value();
    co_return is_taken_;
  }
  void give_back() {
    if (std::exchange(is_taken_, false)) turns_.release();
  }

 private:
  sched::Semaphore& turns_;
  bool is_taken_ = false;
};

}  // namespace

Task<bool> Client::perform(const scenario::Step& step, const Connect& how) {
  if (connection_) {
    co_return fail(StepRun(step.place), {FailureCode::already_connected, kPhase}, "connect failed: already connected",
                   {"close first, or give the group \"connection\": \"manual\""});
  }
  co_return co_await connect(step.place, how);
}

/// As no step says. The first time, at the client's place in the group's connect rate.
Task<bool> Client::connect_by_itself() {
  const scenario::Connect by_itself{.timeout = group_.connect_timeout, .expect_error = {}};
  if (group_.connect_rate > 0 && !has_connected_) {
    const Result<void> slept = co_await pause_until(started_ + connects_after(group_, index_));
    if (!slept) co_return fail_cut_off(StepRun(group_.target.place), kPhase, {});
  }
  has_connected_ = true;
  co_return co_await connect(group_.target.place, by_itself);
}

Task<bool> Client::connect(const scenario::Place& place, const Connect& how) {
  // Waiting for one's turn is no part of the time that the peer has.
  Turn turn(thread_.connecting);
  if (!co_await turn.take()) co_return fail_cut_off(StepRun(place), kPhase, {});
  const StepRun run(place, how.timeout, how.timeout == group_.connect_timeout ? "connect_timeout" : "timeout");
  connecting_since_ = clock_.now();
  if (!has_values(run, group_.target.url)) co_return false;
  const std::string url = expanded(group_.target.url);
  const AddressBook::Found addresses = co_await thread_.addresses.find(url);
  if (!addresses) co_return fail_to_find(run, how, addresses.error());
  std::optional<Error> error;
  std::vector<std::string> tried;
  for (std::uint32_t attempt = 0; attempt <= how.retries; ++attempt) {
    if (attempt > 0) {
      turn.give_back();
      if (!co_await pause_for(how.retry_every) || !co_await turn.take()) {
        error = Error{.code = ErrorCode::cancelled};
        break;
      }
    }
    error = co_await dial(*addresses, tried);
    if (!error || error->code == ErrorCode::cancelled) break;
  }
  if (how.retries > 0) {
    tried.push_back(fmt::format("retries   {}, every {}", how.retries, text::format_duration(how.retry_every)));
  }
  co_return judge_connect(run, how, error, std::move(tried));
}

/// Connects to the first address that takes the connection. Else gives the error of the first that did not, since that
/// is the one that was meant, and writes down all of them.
Task<std::optional<Error>> Client::dial(const std::vector<sched::Address>& addresses, std::vector<std::string>& tried) {
  std::optional<Error> first_error;
  tried.clear();
  for (const sched::Address& address : addresses) {
    endpoint_ = endpoint_of(address);
    Result<sched::Stream> stream = co_await dial_one(address);
    if (stream) {
      Counters::add(thread_.counters.connected);
      thread_.last_connected = sched::now();
      connection_.emplace(std::move(*stream), group_.max_buffer, thread_.counters.bytes_received);
      connection_->start();
      replies_ = 0;
      measured_replies_ = 0;
      co_return std::nullopt;
    }
    const Error error = stream.error();
    const bool is_cancelled = error.code == ErrorCode::cancelled;
    tried.push_back(fmt::format("tried     {}; {}", endpoint_, is_cancelled ? "no answer" : describe(error)));
    // That the machine had no port left says nothing of the first.
    if (!first_error || is_cancelled || is_out_of_ports(error)) first_error = error;
    if (is_cancelled) break;
  }
  endpoint_ = endpoint_of(addresses.front());
  co_return first_error;
}

/// From the group's own address, or from one that has a port left.
Task<Result<sched::Stream>> Client::dial_one(sched::Address address) {
  if (group_.target.source) {
    co_return co_await sched::connect(address, {}, sched::Address::ip(*group_.target.source, 0));
  }
  // Each that is skipped is so for all connections of the thread: one finds few of them used up.
  constexpr int kMostSources = 100;
  for (int tries = 1;; ++tries) {
    const std::optional<sched::Address> source = thread_.sources.next(address);
    Result<sched::Stream> stream = co_await sched::connect(address, {}, source);
    const bool has_no_port = !stream && is_out_of_ports(stream.error());
    if (!has_no_port || tries == kMostSources || !thread_.sources.skip(address, source)) co_return stream;
  }
}

bool Client::judge_connect(const StepRun& run, const Connect& how, const std::optional<Error>& error,
                           std::vector<std::string> tried) {
  const bool is_cancelled = error && error->code == ErrorCode::cancelled;
  if (how.expect_error && (!is_cancelled || run.limit.expired())) {
    if (error && kind_of(*error, run.limit.expired()) == how.expect_error) return true;
    if (!error) tried = {"received  a connection"};
    tried.insert(tried.begin(), fmt::format("expected  {}", name_of(*how.expect_error)));
    return fail(run, {FailureCode::mismatch, kPhase}, "connect did not fail as expected", std::move(tried));
  }
  if (!error) {
    if (load_ != nullptr) load_->connected_in(clock_.now() - connecting_since_);
    return true;
  }
  if (is_out_of_ports(*error)) tried.push_back("help      " + help_with_ports());
  is_cancelled ? fail_cut_off(run, kPhase, std::move(tried))
               : fail(run, cause_of(*error, kPhase), "connect failed: " + sched::name_of(*error), std::move(tried));
  if (outcome_ == Outcome::failed) outcome_ = Outcome::unreached;
  return false;
}

bool Client::fail_to_find(const StepRun& run, const Connect& how, const AddressBook::NotFound& reason) {
  using Kind = AddressBook::NotFound::Kind;
  if (reason.kind == Kind::cancelled) return judge_connect(run, how, Error{.code = ErrorCode::cancelled}, {});
  const bool is_unresolved = reason.kind == Kind::unresolved;
  if (is_unresolved && how.expect_error == Connect::Error::resolve) return true;
  if (is_unresolved && how.expect_error) {
    return fail(run, {FailureCode::mismatch, kPhase}, "connect did not fail as expected",
                {fmt::format("expected  {}", name_of(*how.expect_error)), "received  " + reason.why});
  }
  fail(run, {is_unresolved ? FailureCode::resolve : FailureCode::bad_url, kPhase},
       is_unresolved ? "connect failed: resolve" : "connect failed: bad URL", {reason.why});
  outcome_ = Outcome::unreached;
  return false;
}

/// Closes in order: what was sent leaves first.
Task<bool> Client::close(StepRun& run) {
  if (!connection_) co_return true;
  const Result<void> flushed = co_await connection_->stream().flush();
  if (!flushed && flushed.error().code == ErrorCode::cancelled) {
    co_return fail_cut_off(run, "close",
                           {"what was sent before could not leave: the peer reads too slowly, or not at all"});
  }
  if (has_lost_bytes(flushed)) co_return fail_send(run, flushed.error());
  co_await drop_connection(sched::Close::orderly);
  co_return true;
}

Task<void> Client::drop_connection(sched::Close how) {
  if (!connection_) co_return;
  if (how == sched::Close::orderly) co_await connection_->close();
  if (how == sched::Close::reset) co_await connection_->reset();
  connection_.reset();
}

}  // namespace client::run
