// Where connect connects to or listens, from the words that were given: URLs, and what nc's users write.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/commands.h"
#include "text/escape.h"

namespace client {

namespace {

using command_line::Words;
using Mode = ConnectOptions::Mode;
using ParsedUrl = std::expected<transport::Url, std::string>;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Mode mode_of(const ConnectWords& words) {
  if (words.listen) return words.keep_open ? Mode::keep_listen : Mode::listen;
  return words.probe ? Mode::probe : Mode::talk;
}

ParsedUrl parse(const std::string& text) {
  ParsedUrl url = transport::parse_url(text);
  if (!url) return std::unexpected(fmt::format("{}: {}", text::quote(text), url.error()));
  return url;
}

/// HOST and PORT as nc takes them: an IPv6 address without brackets, its interface after '%'.
ParsedUrl parse(const std::string& host, std::string_view port) {
  if (!host.contains(':')) return parse(fmt::format("tcp://{}:{}", host, port));
  const std::size_t percent = host.find('%');
  if (percent == std::string::npos) return parse(fmt::format("tcp://[{}]:{}", host, port));
  return parse(fmt::format("tcp://[{}]:{}?scope={}", host.substr(0, percent), port, host.substr(percent + 1)));
}

/// Where to listen: nc lets -s and -p stand for the host and the port.
ParsedUrl parse_listening(const ConnectWords& words) {
  const Words& address = words.address;
  const std::string any = words.source ? words.source->host() : "*";
  const std::string port = std::to_string(words.source_port);
  const bool has_port = words.source_port != 0;
  if (address.size() == 2 && !has_port && !words.source) return parse(address[0], address[1]);
  if (address.size() == 1 && !has_port && is_number(address[0])) return parse(any, address[0]);
  if (address.size() == 1 && !has_port && !words.source) return parse(address[0]);
  if (address.size() == 1 && has_port && !words.source) return parse(address[0], port);
  if (address.empty() && has_port) return parse(any, port);
  return std::unexpected("the address to listen at is [HOST] PORT, tcp://HOST:PORT or unix:PATH");
}

ParsedUrl parse_connecting(const ConnectWords& words, std::uint16_t& last_port) {
  const Words& address = words.address;
  if (address.empty() || address.size() > 2) {
    return std::unexpected("the address to connect to is HOST PORT, tcp://HOST:PORT or unix:PATH");
  }
  if (address.size() == 1) return parse(address[0]);
  const std::size_t dash = address[1].find('-');
  if (!words.probe || dash == std::string::npos || !is_port_range(address[1])) return parse(address[0], address[1]);
  const std::string_view range = address[1];
  ParsedUrl first = parse(address[0], range.substr(0, dash));
  const ParsedUrl last = parse(address[0], range.substr(dash + 1));
  if (!first || !last) return first ? last : first;
  last_port = std::max(first->port, last->port);
  first->port = std::min(first->port, last->port);
  return first;
}

ParsedUrl parse_path(const ConnectWords& words) {
  if (words.address.size() == 1) return parse("unix:" + words.address[0]);
  return std::unexpected("-U needs the path of a Unix socket, and nothing else");
}

/// What the sockets that connect are bound to: of both families when only a port was given.
std::vector<sched::Address> source_of(const ConnectWords& words) {
  if (words.source) return {words.source->with_port(words.source_port)};
  if (words.source_port == 0) return {};
  return {*sched::Address::ip("0.0.0.0", words.source_port), *sched::Address::ip("::", words.source_port)};
}

std::string not_to_connect_to(const transport::Url& url) {
  const bool is_tcp = url.scheme == transport::Scheme::tcp;
  if (url.host != "*" && (!is_tcp || url.port != 0)) return {};
  return fmt::format("{} is for listening, not to connect to", text::quote(to_string(url)));
}

/// What is wrong with where to connect from and to; empty when nothing is.
std::string mistake_in(const ConnectOptions& options, const ConnectWords& words) {
  if (std::string mistake = not_to_connect_to(options.url); !options.listens() && !mistake.empty()) return mistake;
  if (options.url.scheme == transport::Scheme::unix_stream && (words.source || words.source_port != 0))
    return "-s and -p are for tcp";
  return {};
}

}  // namespace

ParsedUrl parse_address(const Words& words) {
  std::uint16_t no_range = 0;
  ConnectWords given;
  given.address = words;
  ParsedUrl url = parse_connecting(given, no_range);
  if (!url) return url;
  if (std::string mistake = not_to_connect_to(*url); !mistake.empty()) return std::unexpected(std::move(mistake));
  return url;
}

std::string mistake_in_server(const Words& words) {
  if (words.empty()) return "the URL of a server is missing";
  if (words.size() == 2 && is_port_range(words[1])) {
    return fmt::format("{} {}: write tcp://{}:{}", text::escape(words[0]), words[1], text::escape(words[0]), words[1]);
  }
  if (words.size() > 1) return fmt::format("{} is a word too many", text::quote(words[1]));
  const ParsedUrl url = parse_address(words);
  return url ? "" : url.error();
}

bool is_port_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  return is_number(text.substr(0, dash)) && (dash == std::string_view::npos || is_number(text.substr(dash + 1)));
}

CommandLine finish(ConnectOptions options, const ConnectWords& words) {
  ParsedUrl url = words.is_path  ? parse_path(words)
                  : words.listen ? parse_listening(words)
                                 : parse_connecting(words, options.last_port);
  if (!url) return usage_error(url.error(), kConnect);
  options.mode = mode_of(words);
  options.url = *std::move(url);
  options.last_port = std::max(options.last_port, options.url.port);
  if (const std::string mistake = mistake_in(options, words); !mistake.empty()) return usage_error(mistake, kConnect);
  if (options.listens()) return options;
  options.source = source_of(words);
  // Connecting from one family to another is not possible.
  if (words.source) {
    using Family = transport::Resolving::Family;
    const Family family = words.source->family() == AF_INET ? Family::ip4 : Family::ip6;
    if (options.resolving.family != Family::any && options.resolving.family != family) {
      return usage_error("-s is an address of another family than the one of -4 or -6", kConnect);
    }
    options.resolving.family = family;
  }
  return options;
}

}  // namespace client
