#include "transports/url.h"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/url/grammar/alnum_chars.hpp>
#include <boost/url/grammar/ci_string.hpp>
#include <boost/url/grammar/digit_chars.hpp>
#include <boost/url/grammar/lut_chars.hpp>
#include <boost/url/grammar/parse.hpp>
#include <boost/url/rfc/uri_rule.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace transport {

namespace {

namespace urls = boost::urls;

template <typename T>
using Result = std::expected<T, std::string>;

template <typename... Arguments>
std::unexpected<std::string> error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return std::unexpected(fmt::format(format, std::forward<Arguments>(arguments)...));
}

struct SchemeEntry {
  Scheme scheme;
  std::string_view name;
  std::string_view form;
  Result<Url> (*parse)(const SchemeEntry& entry, std::string_view text);
  std::string (*print)(const SchemeEntry& entry, const Url& url);
};

Result<Url> parse_host_and_port(const SchemeEntry& entry, std::string_view text);
Result<Url> parse_path(const SchemeEntry& entry, std::string_view text);
std::string print_host_and_port(const SchemeEntry& entry, const Url& url);
std::string print_path(const SchemeEntry& entry, const Url& url);

constexpr std::array kSchemes{
    SchemeEntry{Scheme::tcp, "tcp", "tcp://HOST:PORT", parse_host_and_port, print_host_and_port},
    SchemeEntry{Scheme::unix_stream, "unix", "unix:PATH", parse_path, print_path},
};

std::string known_forms() {
  std::array<std::string_view, kSchemes.size()> forms;
  std::ranges::transform(kSchemes, forms.begin(), &SchemeEntry::form);
  return fmt::format("{}", fmt::join(forms, " or "));
}

// A byte as a message shows it, in printable ASCII.
std::string shown(char c) {
  return c >= ' ' && c <= '~' ? fmt::format("'{}'", c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

constexpr urls::grammar::lut_chars kNameCharacters = urls::grammar::lut_chars(urls::grammar::alnum_chars) + "-._";

bool is_name(std::string_view text) { return std::ranges::all_of(text, kNameCharacters); }

// --- tcp

// Stops at the first byte that RFC 3986 does not allow.
Result<urls::url_view> parse_rfc_3986(std::string_view text) {
  const char* position = text.data();
  const char* const end = text.data() + text.size();
  const auto parsed = urls::grammar::parse(position, end, urls::uri_rule);
  if (position != end) return error("{} cannot stand at byte {}", shown(*position), position - text.data() + 1);
  if (!parsed) return error("it ends too early");
  return *parsed;
}

Result<std::string> parse_host(const SchemeEntry& entry, const urls::url_view& url) {
  switch (url.host_type()) {
    case urls::host_type::ipv4:
      return url.host_ipv4_address().to_string();
    case urls::host_type::ipv6:
      return url.host_ipv6_address().to_string();
    case urls::host_type::ipvfuture:
      return error("addresses in brackets are IPv6 addresses, as in {}://[::1]:25000", entry.name);
    case urls::host_type::none:
    case urls::host_type::name:
      break;
  }
  std::string host(std::string_view(url.encoded_host()));
  if (host.empty()) {
    return error(
        "the host is missing; write {}, with * as the host for every interface, and IPv6 addresses in brackets",
        entry.form);
  }
  if (host != "*" && !is_name(host)) {
    return error("the host '{}' is no name; names hold letters, digits, '-', '.' and '_'", host);
  }
  std::ranges::transform(host, host.begin(), urls::grammar::to_lower);
  return host;
}

Result<std::uint16_t> parse_port(const SchemeEntry& entry, const urls::url_view& url) {
  const std::string_view text = url.port();
  if (text.empty()) return error("the port is missing; write {}", entry.form);
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (code != std::errc()) return error("the port {} is out of range; ports are 0 to 65535", text);
  return port;
}

Result<std::string> parse_scope(const SchemeEntry& entry, const urls::url_view& url) {
  std::string scope;
  for (const auto param : url.encoded_params()) {
    const std::string_view name = param.key;
    if (name != "scope") return error("'?{}' is not known; only ?scope=INTERFACE can follow the port", name);
    if (!scope.empty()) return error("the scope is given twice");
    scope = param.value;
    if (scope.empty() || !is_name(scope)) return error("the scope '{}' is no interface; write ?scope=eth0", scope);
  }
  if (!scope.empty() && url.host_type() != urls::host_type::ipv6) {
    return error("only an IPv6 address has a scope, as in {}://[fe80::1]:25000?scope=eth0", entry.name);
  }
  return scope;
}

Result<Url> parse_host_and_port(const SchemeEntry& entry, std::string_view text) {
  const auto parsed = parse_rfc_3986(text);
  if (!parsed && text.contains('[')) {
    return error("{}; write IPv6 addresses as {}://[::1]:25000, and their interface as ?scope=eth0", parsed.error(),
                 entry.name);
  }
  if (!parsed) return error("{}; write {}", parsed.error(), entry.form);
  const auto& url = *parsed;
  if (!url.has_authority()) return error("'//' is missing after '{}:'; write {}", entry.name, entry.form);
  if (url.has_userinfo()) return error("a user has no meaning here; write {}", entry.form);
  auto host = parse_host(entry, url);
  if (!host) return std::unexpected(host.error());
  const std::string_view path = url.encoded_path();
  if (!path.empty()) return error("'{}' cannot follow the port; write {}", path, entry.form);
  const std::string_view fragment = url.encoded_fragment();
  if (url.has_fragment()) return error("'#{}' cannot follow the port; write {}", fragment, entry.form);
  const auto port = parse_port(entry, url);
  if (!port) return std::unexpected(port.error());
  auto scope = parse_scope(entry, url);
  if (!scope) return std::unexpected(scope.error());
  return Url{.scheme = entry.scheme, .host = std::move(*host), .port = *port, .scope = std::move(*scope), .path = {}};
}

std::string print_host_and_port(const SchemeEntry& entry, const Url& url) {
  const bool is_ipv6 = url.host.contains(':');
  return fmt::format("{}://{}{}{}:{}{}{}", entry.name, is_ipv6 ? "[" : "", url.host, is_ipv6 ? "]" : "", url.port,
                     url.scope.empty() ? "" : "?scope=", url.scope);
}

// --- unix

// The kernel's field ends with a NUL, or begins with one in the abstract namespace.
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

Result<Url> parse_path(const SchemeEntry& entry, std::string_view text) {
  std::string_view path = text.substr(entry.name.size() + 1);
  if (path.starts_with("//") && !path.starts_with("///")) {
    return error("'//' begins a host, which a path does not have; write {0}:/PATH or {0}:///PATH", entry.name);
  }
  while (path.starts_with("//")) path.remove_prefix(1);
  Url url;
  url.scheme = entry.scheme;
  url.path = path;
  if (path.empty() || path == "@") {
    return error("the path is missing; write {}, or {}:@NAME for no file", entry.form, entry.name);
  }
  if (path.size() > kLongestPath) {
    return error("the path has {} bytes; the kernel takes {} at most", path.size(), kLongestPath);
  }
  if (const auto nul = text.find('\0'); nul != text.npos) return error("byte {} is NUL, which no path holds", nul + 1);
  return url;
}

std::string print_path(const SchemeEntry& entry, const Url& url) { return fmt::format("{}:{}", entry.name, url.path); }

/// HOST:PORT, of which only the scheme is missing.
bool is_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const std::string_view host = text.substr(0, colon);
  return std::ranges::all_of(text.substr(colon + 1), urls::grammar::digit_chars) &&
         (is_name(host) || (host.starts_with('[') && host.ends_with(']')));
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto name = text.substr(0, text.find(':'));
  const bool has_scheme = name.size() < text.size() && !name.empty() && is_name(name);
  const auto entry = std::ranges::find_if(
      kSchemes, [&](const SchemeEntry& candidate) { return urls::grammar::ci_is_equal(candidate.name, name); });
  if (entry == kSchemes.end() && is_host_and_port(text)) return error("the scheme is missing; write tcp://{}", text);
  if (!has_scheme) return error("the scheme is missing; write {}", known_forms());
  if (entry == kSchemes.end() && name == "udp") return error("there is no UDP yet; write {}", known_forms());
  if (entry == kSchemes.end()) return error("the scheme '{}' is not known; write {}", name, known_forms());
  return entry->parse(*entry, text);
}

std::string to_string(const Url& url) {
  const auto entry = std::ranges::find(kSchemes, url.scheme, &SchemeEntry::scheme);
  return entry->print(*entry, url);
}

}  // namespace transport
