#include "tests/oracle/numbers.h"

#include <algorithm>
#include <cstdlib>

namespace oracle {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits at the front.
std::string take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  std::string digits(text.begin(), end);
  text.remove_prefix(digits.size());
  return digits;
}

int compare_digits(const std::string& a, const std::string& b) {
  // Behind the point: a shorter one is as one with zeros behind it.
  const std::size_t size = std::max(a.size(), b.size());
  const std::string x = a + std::string(size - a.size(), '0');
  const std::string y = b + std::string(size - b.size(), '0');
  return x < y ? -1 : x > y ? 1 : 0;
}

}  // namespace

bool Number::is_whole(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

std::optional<Number> Number::of(std::string_view text) {
  Number number;
  if (text.starts_with('-')) {
    number.negative_ = true;
    text.remove_prefix(1);
  }
  const std::string whole = take_digits(text);
  std::string fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  if (whole.empty()) return std::nullopt;
  long exponent = 0;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    const bool is_less = text.starts_with('-');
    if (is_less || text.starts_with('+')) text.remove_prefix(1);
    const std::string digits = take_digits(text);
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    exponent = std::atol(digits.c_str()) * (is_less ? -1 : 1);
  }
  if (!text.empty()) return std::nullopt;
  number.digits_ = whole + fraction;
  number.exponent_ = static_cast<long>(whole.size()) + exponent;
  const std::size_t zeros = std::min(number.digits_.find_first_not_of('0'), number.digits_.size());
  number.digits_.erase(0, zeros);
  number.exponent_ -= static_cast<long>(zeros);
  while (number.digits_.ends_with('0')) number.digits_.pop_back();
  if (number.digits_.empty()) return Number();
  return number;
}

int Number::compare(const Number& other) const {
  const int sign = digits_.empty() ? 0 : negative_ ? -1 : 1;
  const int other_sign = other.digits_.empty() ? 0 : other.negative_ ? -1 : 1;
  if (sign != other_sign) return sign < other_sign ? -1 : 1;
  if (sign == 0) return 0;
  const int size =
      exponent_ != other.exponent_ ? (exponent_ < other.exponent_ ? -1 : 1) : compare_digits(digits_, other.digits_);
  return size * sign;
}

}  // namespace oracle
