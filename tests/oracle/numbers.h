#pragma once

#include <optional>
#include <string>
#include <string_view>

// Numbers as docs/scenarios.md has them: decimal digits, perhaps with '-', a fraction or an exponent, compared exactly.

namespace oracle {

class Number {
 public:
  /// Nothing when the text is none.
  static std::optional<Number> of(std::string_view text);

  /// Less than, equal to or greater than `other`: -1, 0, 1.
  int compare(const Number& other) const;

  /// Whether it is a whole number from 0 on, written with digits alone.
  static bool is_whole(std::string_view text);

 private:
  bool negative_ = false;
  std::string digits_;  ///< without zeros at either end: 0.digits × 10^exponent; empty: zero
  long exponent_ = 0;
};

}  // namespace oracle
