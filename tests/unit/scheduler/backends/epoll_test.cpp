#include "scheduler/backends/epoll.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "scheduler/address.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/stream.h"
#include "tests/support/listener.h"

namespace sched {
namespace {

Task<void> connect_and_receive(Address to, std::string& received) {
  Result<Stream> stream = co_await connect(to);
  while (stream) {
    const Result<Lease> piece = co_await stream->receive();
    if (!piece) break;
    received.append(reinterpret_cast<const char*>(piece->bytes().data()), piece->size());
  }
}

Task<void> say_goodbye(support::Listener& listener) {
  listener.accept().send_all("bye");
  co_return;
}

Task<void> connect_while_the_peer_closes(support::Listener& listener, Address to, std::string& received) {
  Scope scope;
  scope.spawn(connect_and_receive(to, received));
  scope.spawn(say_goodbye(listener));
  [[maybe_unused]] const Result<void> joined = co_await scope.join();
}

// The connection, the bytes and the end are one edge: they are all there before the backend waits for the first time.
TEST(EpollBackend, NoticesWhatComesTogetherWithTheConnection) {
  support::Listener listener;
  const std::string_view url = listener.url();
  const auto port = static_cast<std::uint16_t>(std::stoi(std::string(url.substr(url.rfind(':') + 1))));
  Scheduler scheduler(make_epoll_backend().value());
  std::string received;
  scheduler.run(connect_while_the_peer_closes(listener, *Address::ip("127.0.0.1", port), received));
  EXPECT_EQ(received, "bye");
}

}  // namespace
}  // namespace sched
