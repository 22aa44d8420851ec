#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

// Durations, sizes and rates as users write and read them, the same in options, scenarios and reports.

namespace text {

/// A number, whole or decimal, and one of the units ns us ms s m h, without a space: "250ms", "1.5s". Not negative, at
/// most 100 years, rounded to the nanosecond. The error says what is wrong and what to write.
std::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text);

/// A whole number and one of the units B KiB MiB GiB (powers of 1024) kB KB MB GB (powers of 1000); a number alone is
/// in bytes. The error says what is wrong and what to write.
std::expected<std::uint64_t, std::string> parse_size(std::string_view text);

/// A number, whole or decimal, and one of the units /s /ms /m /h: "1000/s", "2.5/s". In events a second, more than none
/// and at most 1e9. The error says what is wrong and what to write.
std::expected<double, std::string> parse_rate(std::string_view text);

/// The same, or none: "0/s".
std::expected<double, std::string> parse_rate_or_none(std::string_view text);

/// Three significant digits and the unit that suits: "1.2ms", "15s", "2m05s" from a minute on. Zero is "0s".
std::string format_duration(std::chrono::nanoseconds duration);

/// As parse_duration() takes it, without a loss, and in the greatest unit in which it is a whole number: "90s".
std::string exact_duration(std::chrono::nanoseconds duration);

/// "512 B", "64 KiB", "1.5 MiB".
std::string format_size(std::uint64_t bytes);

/// The same of bytes a second, which need not be whole: "0.4 B/s", "1.5 MiB/s".
std::string format_byte_rate(double per_second);

/// As many significant digits at most, those before the point all, and never an exponent, which nobody writes:
/// "0.0002", "1234567". Zero is "0", and so is what is less.
std::string format_number(double value, int digits);

/// Whole events a second from 1000 on, four significant digits below: "20000/s", "333.3/s". Can be parsed unless it is
/// "0/s".
std::string format_rate(double per_second);

}  // namespace text
