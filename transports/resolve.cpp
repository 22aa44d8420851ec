#include "transports/resolve.h"

#include <netdb.h>

#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "scheduler/backend.h"
#include "scheduler/event.h"
#include "scheduler/mailbox.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"

namespace transport {

namespace {

using sched::Address;

/// The addresses that need no resolver; nothing when `url` names a host that does.
std::optional<Addresses> resolve_literal(const Url& url) {
  if (url.scheme == Scheme::unix_stream) return std::vector{*Address::unix_path(url.path)};
  const auto ip = [&](const char* host) { return *Address::ip(host, url.port); };
  if (url.host == "localhost") return std::vector{ip("127.0.0.1"), ip("::1")};
  if (url.host == "*") return std::vector{ip("0.0.0.0"), ip("::")};
  const std::string host = url.scope.empty() ? url.host : url.host + "%" + url.scope;
  if (const std::optional<Address> address = Address::ip(host, url.port)) return std::vector{*address};
  if (!url.scope.empty()) return std::unexpected("there is no network interface \"" + url.scope + "\"");
  return std::nullopt;
}

/// Those of `addresses` that are wanted. Unix sockets have no family to choose.
Addresses chosen(Addresses addresses, const Resolving& resolving, const Url& url) {
  if (!addresses || resolving.family == Resolving::Family::any) return addresses;
  const bool wants_ip4 = resolving.family == Resolving::Family::ip4;
  std::erase_if(*addresses, [&](const Address& address) {
    return address.is_ip() && address.family() != (wants_ip4 ? AF_INET : AF_INET6);
  });
  if (!addresses->empty()) return addresses;
  return std::unexpected("\"" + url.host + "\" has no " + (wants_ip4 ? "IPv4" : "IPv6") + " address");
}

/// What can be said of `url` without the resolver, if that is all there is to say.
std::optional<Addresses> resolve_at_once(const Url& url, const Resolving& resolving) {
  if (std::optional<Addresses> literal = resolve_literal(url)) return chosen(*std::move(literal), resolving, url);
  if (!resolving.numeric) return std::nullopt;
  return std::unexpected("\"" + url.host + "\" is a name, and names are not to be resolved");
}

Addresses ask_resolver(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status != 0) return std::unexpected("cannot resolve \"" + host + "\": " + ::gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    addresses.push_back(Address(one->ai_addr, one->ai_addrlen).with_port(port));
  }
  return addresses;
}

/// What a helper thread and the fiber that asked share; whoever lets go last frees it.
struct Question {
  sched::Mailbox mailbox;
  Addresses answer = std::unexpected(std::string("resolving was cancelled"));
};

}  // namespace

Addresses resolve_blocking(const Url& url, const Resolving& resolving) {
  if (std::optional<Addresses> known = resolve_at_once(url, resolving)) return *std::move(known);
  return chosen(ask_resolver(url.host, url.port), resolving, url);
}

sched::Task<Addresses> resolve(Url url, Resolving resolving) {
  if (std::optional<Addresses> known = resolve_at_once(url, resolving)) co_return *std::move(known);
  if (sched::Scheduler::current().backend().name() == "simulated") {
    co_return std::unexpected("cannot resolve \"" + url.host + "\": the simulated network knows only localhost");
  }
  const auto question = std::make_shared<Question>();
  sched::Event answered;
  // getaddrinfo(3) cannot be interrupted: the thread is left behind when the fiber is cancelled, and touches only what
  // it shares.
  const auto ask = [question, url, answered = &answered] {
    Addresses answer = ask_resolver(url.host, url.port);
    question->mailbox.post([question = question.get(), answered, answer = std::move(answer)] {
      question->answer = answer;
      answered->set();
    });
  };
  try {
    std::thread(ask).detach();
  } catch (const std::system_error& error) {
    co_return std::unexpected("cannot resolve \"" + url.host + "\": no thread can be started: " + error.what());
  }
  sched::Scope scope;
  scope.spawn(question->mailbox.deliver());
  [[maybe_unused]] const sched::Result<void> waited = co_await answered.wait();
  scope.cancel();
  [[maybe_unused]] const sched::Result<void> joined = co_await scope.join();
  co_return chosen(std::move(question->answer), resolving, url);
}

}  // namespace transport
