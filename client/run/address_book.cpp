#include "client/run/address_book.h"

#include "scheduler/fiber.h"
#include "text/escape.h"
#include "transports/resolve.h"
#include "transports/url.h"

namespace client::run {

sched::Task<AddressBook::Found> AddressBook::find(const std::string& url) {
  using Kind = NotFound::Kind;
  if (const auto known = known_.find(url); known != known_.end()) co_return known->second;
  const auto parsed = transport::parse_url(url);
  if (!parsed) co_return std::unexpected(NotFound{Kind::bad_url, text::quote(url) + ": " + parsed.error()});
  // One question at a time: who comes later finds the answer.
  if (!co_await asking_.acquire()) co_return std::unexpected(NotFound{});
  if (const auto known = known_.find(url); known != known_.end()) {
    asking_.release();
    co_return known->second;
  }
  transport::Addresses addresses = co_await transport::resolve(*parsed);
  asking_.release();
  if (sched::Fiber::current().is_cancelled()) co_return std::unexpected(NotFound{});
  if (!addresses) co_return std::unexpected(NotFound{Kind::unresolved, addresses.error()});
  if (known_.size() < kMaxKept) known_.emplace(url, *addresses);
  co_return *std::move(addresses);
}

}  // namespace client::run
