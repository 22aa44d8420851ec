#include "client/manual/probe.h"

#include <cstdint>

#include <fmt/format.h>

#include "client/manual/connections.h"
#include "scheduler/scheduler.h"
#include "text/escape.h"

namespace client::manual {

sched::Task<bool> probe(const ConnectOptions& options, Output& output) {
  bool any = false;
  for (std::uint32_t port = options.url.port; port <= options.last_port; ++port) {
    transport::Url url = options.url;
    url.port = static_cast<std::uint16_t>(port);
    const Connected stream = co_await dial(options, url);
    any = any || stream.has_value();
    if (!options.verbose) continue;
    co_await output.tell(stream ? fmt::format("{}: open", text::escape(to_string(url))) : stream.error());
  }
  co_return any;
}

}  // namespace client::manual
