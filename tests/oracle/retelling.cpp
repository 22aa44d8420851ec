#include "tests/oracle/retelling.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "tests/oracle/client.h"

namespace oracle {

namespace {

/// Keys whose value is a duration, where it is a text.
constexpr auto kDurations = std::to_array<std::string_view>(
    {"timeout", "connect_timeout", "client_timeout", "every", "for", "sleep", "min", "max", "mean", "not_before",
     "chunk_delay", "start_after", "duration", "warmup", "grace"});

constexpr auto kRates = std::to_array<std::string_view>({"rate", "message_rate", "connect_rate"});

/// Keys in whose value a port stands.
constexpr auto kPlaces = std::to_array<std::string_view>({"target", "port"});

std::string with_real_ports(std::string text, const Ports& ports) {
  for (const auto& [port, real] : ports) {
    const std::string digits = std::to_string(port);
    if (text.ends_with(digits)) return text.replace(text.size() - digits.size(), digits.size(), std::to_string(real));
  }
  return text;
}

}  // namespace

Json retold(const Json& scenario, const Ports& ports, unsigned slowness) {
  Json told = scenario;
  for (auto&& [key, value] : told.items()) {
    const std::string& name = key;
    const bool is_text = value.is_string() && told.is_object();
    if (is_text && std::ranges::find(kDurations, name) != kDurations.end()) {
      value = fmt::format("{}us", duration_of(value) * static_cast<Time>(slowness));
    } else if (is_text && std::ranges::find(kRates, name) != kRates.end()) {
      value = fmt::format("{}/s", std::stod(value.get<std::string>()) / slowness);
    } else if (is_text && std::ranges::find(kPlaces, name) != kPlaces.end()) {
      value = with_real_ports(value.get<std::string>(), ports);
    } else if (value.is_structured()) {
      value = retold(value, ports, slowness);
    }
  }
  return told;
}

}  // namespace oracle
