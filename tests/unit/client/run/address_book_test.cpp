#include "client/run/address_book.h"

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/backends/simulated.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/make_backend.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "tests/support/coroutines.h"

namespace {

/// How often the system's resolver was asked; by a helper thread.
std::atomic<int> questions = 0;

}  // namespace

/// The C library's, but that it counts, and that it knows one name more.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto real = reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  ++questions;
  return real(std::string_view(host) == "counted.invalid" ? "127.0.0.9" : host, service, hints, found);
}

namespace client::run {
namespace {

using sched::Task;
using support::must;
using testing::HasSubstr;
using Kind = AddressBook::NotFound::Kind;

/// What a book without entries finds, on the simulated network.
AddressBook::Found find(const std::string& url) {
  sched::Scheduler scheduler(sched::make_simulated_backend());
  AddressBook book;
  return scheduler.run(book.find(url));
}

std::vector<std::string> texts_of(const AddressBook::Found& found) {
  std::vector<std::string> texts;
  for (const sched::Address& address : found.value()) texts.push_back(address.to_string());
  return texts;
}

TEST(AddressBook, FindsWhatAUrlSays) {
  EXPECT_THAT(texts_of(find("tcp://127.0.0.1:7")), testing::ElementsAre("127.0.0.1:7"));
  EXPECT_THAT(texts_of(find("tcp://localhost:7")), testing::ElementsAre("127.0.0.1:7", "[::1]:7"));
  EXPECT_THAT(texts_of(find("unix:/run/a")), testing::ElementsAre("/run/a"));
}

TEST(AddressBook, TellsABadUrlFromAHostThatIsNotThere) {
  const AddressBook::Found bad = find("tcp://:x");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind, Kind::bad_url);
  EXPECT_THAT(bad.error().why, HasSubstr("\"tcp://:x\": "));
  const AddressBook::Found nobody = find("tcp://nowhere.invalid:7");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, Kind::unresolved);
}

TEST(AddressBook, AsksTheSystem) {
  // No name has a label of more than 63 bytes (RFC 1035), so that the answer is there without a network.
  const std::string host(64, 'a');
  sched::Scheduler scheduler(support::must(sched::make_backend(sched::BackendKind::epoll)).backend);
  AddressBook book;
  const AddressBook::Found found = scheduler.run(book.find("tcp://" + host + ":7"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Kind::unresolved);
  EXPECT_THAT(found.error().why, HasSubstr("cannot resolve \"" + host + "\""));
}

TEST(AddressBook, GivesUpWhenItIsCancelled) {
  sched::Scheduler scheduler(support::must(sched::make_backend(sched::BackendKind::epoll)).backend);
  AddressBook book;
  const AddressBook::Found found = scheduler.run([](AddressBook& asked) -> Task<AddressBook::Found> {
    sched::CancelScope scope;
    scope.cancel();
    co_return co_await asked.find("tcp://" + std::string(64, 'a') + ":7");
  }(book));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Kind::cancelled);
}

Task<> ask(AddressBook& book, std::string url) {
  const AddressBook::Found found = co_await book.find(url);
  EXPECT_THAT(texts_of(found), testing::ElementsAre("127.0.0.9:7"));
}

TEST(AddressBook, AsksOnceForAllWhoWantToKnow) {
  sched::Scheduler scheduler(support::must(sched::make_backend(sched::BackendKind::epoll)).backend);
  AddressBook book;
  questions = 0;
  scheduler.run([](AddressBook& asked) -> Task<> {
    sched::Scope clients;
    for (int i = 0; i < 10; ++i) clients.spawn(ask(asked, "tcp://counted.invalid:7"));
    must(co_await clients.join());
    co_await ask(asked, "tcp://counted.invalid:7");
  }(book));
  EXPECT_EQ(questions, 1);
}

TEST(AddressBook, AsksAgainForWhatWasNotFound) {
  sched::Scheduler scheduler(support::must(sched::make_backend(sched::BackendKind::epoll)).backend);
  AddressBook book;
  const std::string host(64, 'b');
  questions = 0;
  EXPECT_FALSE(scheduler.run(book.find("tcp://" + host + ":7")));
  EXPECT_FALSE(scheduler.run(book.find("tcp://" + host + ":7")));
  EXPECT_EQ(questions, 2);
}

TEST(AddressBook, HoldsUpNobodyForAHostThatIsNotThere) {
  sched::Scheduler scheduler(sched::make_simulated_backend());
  AddressBook book;
  EXPECT_FALSE(scheduler.run(book.find("tcp://nowhere.invalid:7")));
  EXPECT_FALSE(scheduler.run(book.find("tcp://nowhere.invalid:7")));
  EXPECT_TRUE(scheduler.run(book.find("tcp://localhost:7")));
}

}  // namespace
}  // namespace client::run
