#include "scheduler/backends/epoll.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "scheduler/address.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/listener.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "scheduler/sleep.h"
#include "scheduler/stream.h"
#include "tests/support/listener.h"
#include "tests/support/patience.h"

namespace sched {
namespace {

Address address_of(const support::Listener& listener) {
  const std::string_view url = listener.url();
  const auto port = static_cast<std::uint16_t>(std::stoi(std::string(url.substr(url.rfind(':') + 1))));
  return *Address::ip("127.0.0.1", port);
}

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
  Scheduler scheduler(make_epoll_backend().value());
  std::string received;
  scheduler.run(connect_while_the_peer_closes(listener, address_of(listener), received));
  EXPECT_EQ(received, "bye");
}

Task<void> receive_until_the_end(Address to, std::string& received, Error& end) {
  Result<Stream> stream = co_await connect(to);
  if (!stream) end = stream.error();
  while (stream) {
    const Result<Lease> piece = co_await stream->receive();
    if (!piece) end = piece.error();
    if (!piece) break;
    received.append(reinterpret_cast<const char*>(piece->bytes().data()), piece->size());
  }
  if (!stream) co_return;
  const Result<void> sent = co_await stream->send(std::as_bytes(std::span("x")));
  EXPECT_FALSE(sent);
}

Task<void> say_goodbye_and_reset(support::Listener& listener) {
  support::Socket peer = listener.accept();
  peer.send_all("bye");
  peer.reset();
  co_return;
}

Task<void> connect_while_the_peer_resets(support::Listener& listener, Address to, std::string& received, Error& end) {
  Scope scope;
  scope.spawn(receive_until_the_end(to, received, end));
  scope.spawn(say_goodbye_and_reset(listener));
  [[maybe_unused]] const Result<void> joined = co_await scope.join();
}

// connect(2), asked again, gives the reset in place of the connection that had come to stand.
TEST(EpollBackend, TellsWhatCameBeforeAResetThatFollowsTheHandshake) {
  support::Listener listener;
  Scheduler scheduler(make_epoll_backend().value());
  std::string received;
  Error end;
  scheduler.run(connect_while_the_peer_resets(listener, address_of(listener), received, end));
  EXPECT_EQ(received, "bye");
  EXPECT_EQ(end.error_number, ECONNRESET);
  EXPECT_STREQ(end.operation, "receive");
}

// Each system call would take some 700 bytes of the socket's room, of which there are some 200 KB.
Task<void> send_to_a_peer_that_does_not_read() {
  Listener listener = listen(*Address::unix_path("@gotback-test-" + std::to_string(::getpid()))).value();
  Stream stream = (co_await connect(listener.local_address().value())).value();
  const Accepted accepted = (co_await listener.accept()).value();
  for (int i = 0; i < 1000; ++i) {
    const Result<void> sent = co_await stream.send(std::as_bytes(std::span(std::string_view("a line\n"))));
    EXPECT_TRUE(sent);
  }
  CancelScope limit(instant_after(now(), std::chrono::seconds(5)));
  EXPECT_TRUE(co_await stream.flush());
}

TEST(EpollBackend, SendsWhatIsSmallAndSentInATurnTogether) {
  Scheduler scheduler(make_epoll_backend().value());
  scheduler.run(send_to_a_peer_that_does_not_read());
}

/// There is room for one connection in the backlog, and when the second one has found none, it becomes free.
Task<void> connect_two(Address to, const Descriptor& listening) {
  const Stream first = (co_await connect(to)).value();
  Scope scope;
  scope.spawn([](Address where) -> Task<Result<void>> {
    const Result<Stream> second = co_await connect(where);
    co_return second ? Result<void>{} : std::unexpected(second.error());
  }(to));
  EXPECT_TRUE(co_await sleep_for(std::chrono::milliseconds(10)));
  co_await yield();
  // Not by this scheduler, for which nothing happens.
  const Descriptor accepted(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_TRUE(accepted);
  const CancelScope limit(instant_after(now(), support::kPatience));
  EXPECT_TRUE(co_await scope.join());
}

TEST(EpollBackend, ConnectsToAFullUnixSocketThoughNothingElseHappens) {
  const Address address = *Address::unix_path("@gotback-test-" + std::to_string(::getpid()));
  ListenOptions options;
  options.backlog = 0;
  const Descriptor listening = open_listener(address, options).value();
  Scheduler scheduler(make_epoll_backend().value());
  scheduler.run(connect_two(address, listening));
}

Task<void> send_and_flush(support::Listener& listener, Address to) {
  Stream stream = (co_await connect(to)).value();
  support::Socket peer = listener.accept();
  EXPECT_TRUE(co_await sleep_for(std::chrono::milliseconds(1)));
  for (const std::string_view piece : {"one,", "two"}) {
    EXPECT_TRUE(co_await stream.send(std::as_bytes(std::span(piece))));
  }
  const CancelScope limit(instant_after(now(), support::kPatience));
  EXPECT_TRUE(co_await stream.flush());
  EXPECT_EQ(peer.receive_exactly(7), "one,two");
}

TEST(EpollBackend, IsFlushedThoughNothingElseHappens) {
  support::Listener listener;
  Scheduler scheduler(make_epoll_backend().value());
  scheduler.run(send_and_flush(listener, address_of(listener)));
}

Task<void> send_and_close(support::Listener& listener, Address to) {
  Stream stream = (co_await connect(to)).value();
  support::Socket peer = listener.accept();
  for (const std::string_view piece : {"one,", "two,", "three"}) {
    EXPECT_TRUE(co_await stream.send(std::as_bytes(std::span(piece))));
  }
  stream.close();
  EXPECT_EQ(peer.receive_until_eof(), "one,two,three");
}

TEST(EpollBackend, SendsWhatIsSentInTheTurnInWhichItIsClosed) {
  support::Listener listener;
  Scheduler scheduler(make_epoll_backend().value());
  scheduler.run(send_and_close(listener, address_of(listener)));
}

}  // namespace
}  // namespace sched
