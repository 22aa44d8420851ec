#include "text/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace text {

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 6> kDurationUnits{
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

constexpr std::array<Unit, 9> kSizeUnits{{{"", 1},
                                          {"B", 1},
                                          {"KiB", 1024},
                                          {"MiB", 1024.0 * 1024},
                                          {"GiB", 1024.0 * 1024 * 1024},
                                          {"kB", 1e3},
                                          {"KB", 1e3},
                                          {"MB", 1e6},
                                          {"GB", 1e9}}};

constexpr std::array<Unit, 4> kRateUnits{{{"/s", 1}, {"/ms", 1e3}, {"/m", 1.0 / 60}, {"/h", 1.0 / 3600}}};

constexpr double kLongestDuration = 100.0 * 365 * 24 * 3600e9;
constexpr double kLargestSize = 1e15;
constexpr double kHighestRate = 1e9;

/// The value of `text` in the base unit; nothing when it is not a number that is followed by one of the units.
template <std::size_t kCount>
std::expected<double, std::string> parse(std::string_view text, const std::array<Unit, kCount>& units) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [unit, status] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (status != std::errc() || std::signbit(number) || !std::isfinite(number)) return std::unexpected("");
  for (const Unit& known : units) {
    if (known.name == std::string_view(unit, static_cast<std::size_t>(end - unit))) return number * known.factor;
  }
  return std::unexpected("");
}

std::string format_bytes(double bytes) {
  constexpr int kDigits = 3;
  constexpr std::array<std::string_view, 7> kNames{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t name = 0;
  // Whole bytes are shown up to 1023; of larger units, what would need a fourth digit goes to the next one.
  for (; bytes >= (name == 0 ? 1023.5 : 999.5) && name + 1 < kNames.size(); ++name) bytes /= 1024;
  return fmt::format("{} {}", format_number(bytes, kDigits), kNames[name]);
}

}  // namespace

std::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text) {
  const auto value = parse(text, kDurationUnits);
  if (!value) {
    return std::unexpected("a duration is a number and a unit (ns, us, ms, s, m or h), as in 250ms or 1.5s");
  }
  if (*value > kLongestDuration) return std::unexpected("a duration is at most 100 years (876000h)");
  return std::chrono::nanoseconds(std::llround(*value));
}

std::expected<std::uint64_t, std::string> parse_size(std::string_view text) {
  const auto value = parse(text, kSizeUnits);
  if (!value || *value != std::floor(*value)) {
    return std::unexpected(
        "a size is a number of bytes, or a number and a unit (B, KiB, MiB, GiB, kB, MB or GB), as in 64KiB");
  }
  if (*value > kLargestSize) return std::unexpected("a size is at most 1000000GB");
  return static_cast<std::uint64_t>(*value);
}

std::expected<double, std::string> parse_rate(std::string_view text) {
  const auto value = parse_rate_or_none(text);
  if (value && *value == 0) return std::unexpected("a rate is more than none");
  return value;
}

std::expected<double, std::string> parse_rate_or_none(std::string_view text) {
  const auto value = parse(text, kRateUnits);
  if (!value) return std::unexpected("a rate is a number and a unit (/s, /ms, /m or /h), as in 1000/s or 2.5/s");
  if (*value > kHighestRate) return std::unexpected("a rate is at most 1000000000/s");
  return *value;
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto count = static_cast<double>(duration.count());
  if (count == 0) return "0s";
  if (std::abs(count) < 999.5) return fmt::format("{:.3g}ns", count);
  if (std::abs(count) < 999.5e3) return fmt::format("{:.3g}us", count / 1e3);
  if (std::abs(count) < 999.5e6) return fmt::format("{:.3g}ms", count / 1e6);
  if (std::abs(count) < 59.95e9) return fmt::format("{:.3g}s", count / 1e9);
  const long long seconds = std::llround(count / 1e9);
  if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{:02}m{:02}s", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string exact_duration(std::chrono::nanoseconds duration) {
  constexpr auto kUnits =
      std::to_array<std::pair<std::chrono::nanoseconds, std::string_view>>({{std::chrono::hours(1), "h"},
                                                                            {std::chrono::minutes(1), "m"},
                                                                            {std::chrono::seconds(1), "s"},
                                                                            {std::chrono::milliseconds(1), "ms"},
                                                                            {std::chrono::microseconds(1), "us"}});
  if (duration.count() == 0) return "0s";
  for (const auto& [unit, name] : kUnits) {
    if (duration % unit == duration.zero()) return fmt::format("{}{}", duration / unit, name);
  }
  return fmt::format("{}ns", duration.count());
}

std::string format_size(std::uint64_t bytes) { return format_bytes(static_cast<double>(bytes)); }

std::string format_byte_rate(double per_second) { return format_bytes(per_second) + "/s"; }

std::string format_number(double value, int digits) {
  if (!(value > 0)) return "0";
  if (!std::isfinite(value)) return "infinite";
  const int whole = static_cast<int>(std::floor(std::log10(value))) + 1;
  std::string number = fmt::format("{:.{}f}", value, std::max(digits - whole, 0));
  if (number.contains('.')) number.resize(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number;
}

std::string format_rate(double per_second) { return format_number(per_second, 4) + "/s"; }

}  // namespace text
