#include "transports/dial.h"

#include "transports/resolve.h"

namespace transport {

sched::Task<std::expected<sched::Stream, DialError>> dial(Url url, sched::StreamOptions options,
                                                          std::optional<sched::Address> from) {
  Addresses addresses = co_await resolve(url);
  if (!addresses) {
    co_return std::unexpected(
        DialError{.phase = DialError::Phase::resolve, .error = {}, .message = std::move(addresses.error())});
  }
  sched::Error last;
  for (const sched::Address& address : *addresses) {
    const bool same_family = from && from->family() == address.family();
    sched::Result<sched::Stream> stream = co_await sched::connect(address, options, same_family ? from : std::nullopt);
    if (stream) co_return std::move(*stream);
    last = stream.error();
    if (last.code == sched::ErrorCode::cancelled) break;
  }
  co_return std::unexpected(DialError{.phase = DialError::Phase::connect, .error = last, .message = describe(last)});
}

}  // namespace transport
