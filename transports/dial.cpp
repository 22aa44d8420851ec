#include "transports/dial.h"

#include <algorithm>
#include <optional>

namespace transport {

sched::Task<std::expected<sched::Stream, DialError>> dial(Url url, sched::StreamOptions options, Resolving resolving,
                                                          std::vector<sched::Address> from) {
  Addresses addresses = co_await resolve(url, resolving);
  if (!addresses) {
    co_return std::unexpected(
        DialError{.phase = DialError::Phase::resolve, .error = {}, .message = std::move(addresses.error())});
  }
  sched::Error last;
  for (const sched::Address& address : *addresses) {
    const auto local = std::ranges::find(from, address.family(), &sched::Address::family);
    sched::Result<sched::Stream> stream =
        co_await sched::connect(address, options, local != from.end() ? std::optional(*local) : std::nullopt);
    if (stream) co_return std::move(*stream);
    last = stream.error();
    if (last.code == sched::ErrorCode::cancelled) break;
  }
  co_return std::unexpected(DialError{.phase = DialError::Phase::connect, .error = last, .message = describe(last)});
}

}  // namespace transport
