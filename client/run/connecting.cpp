// How a client connects and closes.

#include <cerrno>

#include <fmt/format.h>

#include "client/run/client.h"
#include "client/run/step_run.h"
#include "scheduler/sleep.h"
#include "text/escape.h"
#include "transports/resolve.h"

namespace client::run {

namespace {

using scenario::Connect;
using sched::Error;
using sched::ErrorCode;
using sched::Result;

std::string endpoint_of(const transport::Url& url, const sched::Address& address) {
  return (url.scheme == transport::Scheme::tcp ? "tcp " : "unix ") + address.to_string();
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
  if (error.error_number == ECONNREFUSED || error.error_number == ENOENT) return Connect::Error::refused;
  if (error.error_number == ECONNRESET) return Connect::Error::reset;
  return std::nullopt;
}

}  // namespace

sched::Task<bool> Client::perform(const scenario::Step& step, const scenario::Connect& connect_step) {
  if (connection_) {
    co_return fail(StepRun(step.place, sched::Duration::zero()), "connect failed: already connected",
                   {"close first, or give the group \"connection\": \"manual\""});
  }
  co_return co_await connect(step.place, connect_step.timeout, &connect_step);
}

sched::Task<bool> Client::connect(const scenario::Place& place, sched::Duration timeout, const Connect* step) {
  if (!co_await thread_.connecting.acquire()) co_return false;
  const bool connected = co_await connect_now(place, timeout, step);
  thread_.connecting.release();
  co_return connected;
}

sched::Task<bool> Client::connect_now(const scenario::Place& place, sched::Duration timeout, const Connect* step) {
  StepRun run(place, timeout);
  std::string target;
  group_.target.url.expand(context(), target);
  const std::optional<Connect::Error> expected = step != nullptr ? step->expect_error : std::nullopt;
  const auto url = transport::parse_url(target);
  if (!url) co_return fail(run, "connect failed: bad URL", {text::quote(target) + ": " + url.error()});
  const transport::Addresses addresses = co_await transport::resolve(*url);
  if (!addresses) {
    if (expected == Connect::Error::resolve) co_return true;
    co_return fail(run, "connect failed: resolve", {addresses.error()});
  }
  endpoint_ = endpoint_of(*url, addresses->front());
  std::optional<Error> error;
  for (std::uint32_t attempt = 0; attempt <= (step != nullptr ? step->retries : 0); ++attempt) {
    if (attempt > 0 && !co_await sched::sleep_for(step->retry_every)) break;
    error = co_await dial(*addresses);
    if (!error || error->code == ErrorCode::cancelled) break;
  }
  if (error && error->code == ErrorCode::cancelled && !run.limit.expired()) co_return false;
  if (expected) {
    if (error && kind_of(*error, run.limit.expired()) == expected) co_return true;
    co_return fail(run, "connect did not fail as expected",
                   {fmt::format("expected  {}", name_of(*expected)),
                    fmt::format("received  {}", error ? describe(*error) : "a connection")});
  }
  if (!error) co_return true;
  if (run.limit.expired()) co_return fail(run, "connect timed out", {"no answer from " + endpoint_});
  co_return fail(run, "connect failed: " + sched::name_of(*error), {describe(*error)});
}

/// Connects to the first address that takes the connection; else gives the last one's error.
sched::Task<std::optional<Error>> Client::dial(const std::vector<sched::Address>& addresses) {
  Error error;
  for (const sched::Address& address : addresses) {
    std::optional<sched::Address> source;
    if (group_.target.source) {
      source = sched::Address::ip(*group_.target.source, 0);
    } else {
      source = thread_.sources.next(address);
    }
    Result<sched::Stream> stream = co_await sched::connect(address, {}, source);
    if (stream) {
      Counters::add(thread_.counters.connected);
      searched_ = 0;
      connection_.emplace(std::move(*stream), group_.max_buffer);
      connection_->start();
      co_return std::nullopt;
    }
    error = stream.error();
    if (error.code == ErrorCode::cancelled) break;
  }
  co_return error;
}

sched::Task<void> Client::end_connection(sched::Close how) {
  if (!connection_) co_return;
  if (how == sched::Close::orderly) co_await connection_->close();
  if (how == sched::Close::reset) co_await connection_->reset();
  Counters::add(thread_.counters.bytes_received, connection_->received());
  connection_.reset();
}

}  // namespace client::run
