#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace client::scenario {

/// A decimal number of any length, compared exactly.
class Decimal {
 public:
  /// Digits, perhaps with a '-' in front, a fraction and an exponent, and nothing else: "-12", "0.5", "1e3". Nothing
  /// when it is none, or when its exponent has more than nine digits.
  static std::optional<Decimal> parse(std::string_view text);

  /// The nearest double; infinite when it is too large for one.
  double to_double() const;

  /// Whether it has no fraction and is not negative.
  bool is_whole() const;

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const { return (*this <=> other) == 0; }

 private:
  std::strong_ordering compare_sizes(const Decimal& other) const;

  // It is 0.DIGITS times ten to the power of `point_`.
  bool is_negative_ = false;
  std::string digits_;  ///< neither begin nor end with a 0; empty for zero
  std::int64_t point_ = 0;
};

}  // namespace client::scenario
