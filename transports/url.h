#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

// The addresses that users write and programs print: what is spoken, and where. A value; any thread.
// Adding a scheme: Scheme here, and its row in the table in url.cpp.

namespace transport {

enum class Scheme : std::uint8_t { tcp, unix_stream };

/// A parsed address. Two that print alike are equal.
struct Url {
  Scheme scheme = Scheme::tcp;

  /// tcp: a name or an IPv4 or IPv6 address in its canonical form, without brackets, in lower case. "*" is every
  /// interface; only a listener can use it.
  std::string host;

  /// tcp. 0 is any free port; only a listener can use it.
  std::uint16_t port = 0;

  /// tcp: the interface that an IPv6 address belongs to, by name or number; mostly empty.
  std::string scope;

  /// unix: the path of the socket, or '@' and a name in the abstract namespace. 1 to 107 bytes, none of them
  /// NUL.
  std::string path;

  /// unix: whether `path` is a name in the abstract namespace, so that there is no file.
  bool is_abstract() const { return path.starts_with('@'); }

  bool operator==(const Url&) const = default;
};

/// Parses one of
///   tcp://HOST:PORT      HOST a name, an address (IPv6 in brackets, its interface as ?scope=eth0) or *
///   unix:PATH            the path up to the end of the text, byte for byte; unix:///abs is unix:/abs
///   unix:@NAME           the abstract namespace; a file whose name begins with @ is unix:./@NAME
///
/// tcp follows RFC 3986. The path of unix does not: '%', '?', '#' and spaces are bytes like any other, so that a path
/// completed by a shell works as it is, and every file can be named.
///
/// The error says what is wrong with the text, where, and what to write instead. It does not repeat the whole text and
/// is one line of printable ASCII, whatever the text held.
std::expected<Url, std::string> parse_url(std::string_view text);

/// The canonical form, which parse_url() reads back as an equal value: tcp://127.0.0.1:25000, tcp://[::1]:25000,
/// tcp://[fe80::1]:25000?scope=eth0, unix:/run/echo.sock, unix:@echo. A path is printed as it is, not escaped.
std::string to_string(const Url& url);

}  // namespace transport
