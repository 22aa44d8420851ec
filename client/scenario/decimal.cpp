#include "client/scenario/decimal.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace client::scenario {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kLongestExponent = 9;  // Digits.

/// Takes the digits that `text` begins with.
std::string_view take_digits(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of(kDigits));
  text.remove_prefix(digits.size());
  return digits;
}

/// Takes an exponent, "e-3", if there is one. False when it is none that can be used.
bool take_exponent(std::string_view& text, std::int64_t& exponent) {
  if (text.empty() || (text.front() != 'e' && text.front() != 'E')) return true;
  text.remove_prefix(1);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = take_digits(text);
  if (digits.empty() || digits.size() > kLongestExponent) return false;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (is_negative) exponent = -exponent;
  return true;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal number;
  number.is_negative_ = text.starts_with('-');
  if (number.is_negative_) text.remove_prefix(1);
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  std::int64_t exponent = 0;
  if (whole.empty() || !take_exponent(text, exponent) || !text.empty()) return std::nullopt;
  number.digits_.append(whole).append(fraction);
  number.point_ = static_cast<std::int64_t>(whole.size()) + exponent;
  const std::size_t leading = std::min(number.digits_.find_first_not_of('0'), number.digits_.size());
  number.digits_.erase(0, leading);
  number.digits_.erase(number.digits_.find_last_not_of('0') + 1);
  number.point_ -= static_cast<std::int64_t>(leading);
  if (number.digits_.empty()) number = Decimal();
  return number;
}

double Decimal::to_double() const {
  const std::string text = fmt::format("{}0.{}e{}", is_negative_ ? "-" : "", digits_.empty() ? "0" : digits_, point_);
  return std::strtod(text.c_str(), nullptr);
}

bool Decimal::is_whole() const { return !is_negative_ && std::cmp_greater_equal(point_, digits_.size()); }

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (is_negative_ != other.is_negative_)
    return is_negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  return is_negative_ ? other.compare_sizes(*this) : compare_sizes(other);
}

/// Without the signs.
std::strong_ordering Decimal::compare_sizes(const Decimal& other) const {
  if (digits_.empty() || other.digits_.empty()) return other.digits_.empty() <=> digits_.empty();
  if (point_ != other.point_) return point_ <=> other.point_;
  return digits_ <=> other.digits_;
}

}  // namespace client::scenario
