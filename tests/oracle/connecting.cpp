// How a client connects and ends, in the judge's head.

#include <algorithm>
#include <charconv>

#include "tests/oracle/client.h"

namespace oracle {

namespace {

/// Of "tcp://HOST:PORT", where the case has no others; nothing when it is no URL.
std::optional<std::pair<std::string, std::uint16_t>> host_and_port(const std::string& url) {
  constexpr std::string_view kScheme = "tcp://";
  const std::size_t colon = url.rfind(':');
  if (!url.starts_with(kScheme) || colon < kScheme.size()) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  if (error != std::errc() || end != url.data() + url.size() || port == 0) return std::nullopt;
  return std::pair(url.substr(kScheme.size(), colon - kScheme.size()), port);
}

bool is_this_machine(const std::string& host) { return host == "localhost" || host == "127.0.0.1"; }

}  // namespace

Passed Client::connect(const Json& how, bool by_itself) {
  if (wire_ && !by_itself) return fail("already_connected");
  if (now_ < may_connect_) {
    if (const Passed waited = wait_until(may_connect_); !waited) return waited;
  }
  const Time timeout = how.contains("timeout") ? duration_of(how.at("timeout")) : group_.connect_timeout;
  const Time deadline = std::min(now_ + timeout, limit_);
  const auto url = values_.expand(group_.target);
  if (!url) return fail("no_value");
  if (!host_and_port(*url)) {
    could_not_connect_ = true;
    return fail("bad_url");
  }
  const std::uint64_t retries = how.contains("retry") ? how.at("retry").at("times").get<std::uint64_t>() : 0;
  const Time every = how.contains("retry") && how.at("retry").contains("every")
                         ? duration_of(how.at("retry").at("every"))
                         : 100 * kMillisecond;
  Passed dialled = dial(*url, deadline);
  for (std::uint64_t i = 0; i < retries && !dialled && now_ < deadline; ++i) {
    if (dialled.error().codes.front() == "resolve") break;
    doubt_when_near(now_ + every, deadline, "an attempt to connect would begin as the time is over");
    now_ = std::min(now_ + every, deadline);
    dialled = now_ == deadline ? fail("timeout") : dial(*url, deadline);
  }
  return judge_connect(how, dialled);
}

Passed Client::judge_connect(const Json& how, const Passed& dialled) {
  if (how.contains("expect_error")) {
    const bool is_cut_off = !dialled && dialled.error().codes.front() == "timeout" && now_ >= limit_;
    if (!is_cut_off) {
      if (!dialled && dialled.error().codes.front() == how.at("expect_error").get<std::string>()) return {};
      return fail("mismatch");
    }
  }
  could_not_connect_ = !dialled;
  return dialled;
}

Passed Client::dial(const std::string& url, Time deadline) {
  const auto [host, port] = *host_and_port(url);
  if (!is_this_machine(host)) return fail("resolve");
  const auto at = server_.find(port);
  if (at == server_.end() || !at->second.listens_from) return fail("refused");
  const Script& script = at->second;
  if (*script.listens_from > 0) doubt_when_near(now_, *script.listens_from, "connects as the server begins to listen");
  if (now_ < *script.listens_from) return fail("refused");
  if (script.takes_nobody) {
    now_ = deadline;
    return fail("timeout");
  }
  wire_.emplace(script, connections_at_[port]++, now_, doubts_);
  ++connections_;
  replies_ = 0;
  return {};
}

Passed Client::check_nothing_unread() {
  if (!wire_ || group_.allow_extra) return {};
  wire_->advance(now_);
  wire_->want_settled(now_, "something comes as the client ends");
  if (!wire_->unread().empty()) return fail("unread");
  return {};
}

void Client::drop_connection() { wire_.reset(); }

}  // namespace oracle
