#include "client/load/metric.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace client::load {

namespace {

using Kind = Reading::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 6> kWords{{{"min", Kind::min},
                                                                   {"mean", Kind::mean},
                                                                   {"max", Kind::max},
                                                                   {"count", Kind::count},
                                                                   {"rate", Kind::rate},
                                                                   {"share", Kind::share}}};

constexpr double kAll = 100;  // Percent.

}  // namespace

std::string_view name_of(Metric metric) {
  switch (metric) {
    case Metric::connect:
      return "connect";
    case Metric::exchange:
      return "exchange";
    case Metric::service:
      return "service";
    case Metric::response:
      return "response";
    case Metric::messages:
      return "messages";
    case Metric::bytes_sent:
      return "bytes_sent";
    case Metric::bytes_received:
      return "bytes_received";
    case Metric::errors:
      return "errors";
    case Metric::dropped:
      return "dropped";
    case Metric::lost:
      return "lost";
    case Metric::reordered:
      return "reordered";
    case Metric::duplicated:
      return "duplicated";
  }
  return "";
}

bool is_duration(Metric metric) { return metric <= Metric::response; }

std::string Reading::name() const {
  for (const auto& [word, named] : kWords) {
    if (named == kind) return std::string(word);
  }
  return fmt::format("p{}", percent);
}

std::optional<Reading> parse_reading(std::string_view text) {
  for (const auto& [word, kind] : kWords) {
    if (text == word) return Reading{.kind = kind};
  }
  // "inf" and "nan" are numbers to from_chars.
  const bool has_digits = text.size() > 1 && text[1] >= '0' && text[1] <= '9';
  if (!text.starts_with('p') || !has_digits) return std::nullopt;
  Reading reading{.kind = Kind::percentile};
  const char* const end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data() + 1, end, reading.percent, std::chars_format::fixed);
  const bool is_percent = status == std::errc() && rest == end && reading.percent >= 0 && reading.percent <= kAll;
  return is_percent ? std::optional(reading) : std::nullopt;
}

bool suits(const Reading& reading, Metric metric) {
  const bool is_of_counts = reading.kind == Kind::count || reading.kind == Kind::rate || reading.kind == Kind::share;
  return is_of_counts != is_duration(metric);
}

}  // namespace client::load
