#include "tests/oracle/values.h"

#include <algorithm>

namespace oracle {

std::optional<std::string> Values::value_of(const std::string& name) const {
  if (name == "client.index") return std::to_string(client_index);
  if (name == "client.name") return client_name;
  if (name == "iteration") return std::to_string(iteration);
  if (name == "seed") return std::to_string(seed);
  // What these come to cannot be known, but that each is another one, and how long it is.
  if (name.starts_with("random:") || name == "uuid") {
    const std::string number = std::to_string(++drawn_);
    const std::size_t size = name == "uuid" ? 36 : std::stoul(name.substr(7));
    return std::string(size - std::min(size, number.size()), 'r') + number;
  }
  if (name == "now_ms") return std::string(12, '9');
  if (const auto found = own.find(name); found != own.end()) return found->second;
  if (const auto found = known.find(name); found != known.end()) return found->second;
  return std::nullopt;
}

std::optional<std::string> Values::expand(const std::string& text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 3, "$${") == 0) {
      out += "${";
      at += 3;
    } else if (text.compare(at, 2, "${") == 0) {
      const std::size_t end = text.find('}', at);
      const auto value = value_of(text.substr(at + 2, end - at - 2));
      if (!value) return std::nullopt;
      out += *value;
      at = end + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::optional<std::string> Values::text_of(const Json& value) const {
  return value.is_string() ? expand(value.get<std::string>()) : value.dump();
}

void Values::define(const Json& variables) {
  for (const auto& [name, value] : variables.items()) {
    if (const auto text = text_of(value)) known[name] = *text;
  }
}

}  // namespace oracle
