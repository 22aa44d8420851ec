#include "client/load/rate_search.h"

#include <algorithm>
#include <cmath>

#include "scheduler/check.h"

namespace client::load {

namespace {

/// The rates that held and that did not are no further apart, in the end.
constexpr double kCloseEnough = 1.05;

}  // namespace

void RateSearch::add(Outcome outcome) {
  sched::check(next_.has_value(), "the search is not over");
  const double rate = *next_;
  switch (outcome) {
    case Outcome::holds:
      found_.held = rate;
      break;
    case Outcome::does_not_hold:
      found_.breached = rate;
      break;
    case Outcome::inconclusive:
      found_.inconclusive = rate;
      break;
  }
  next_ = after(rate);
}

std::optional<double> RateSearch::after(double last) const {
  const auto& [held, breached, inconclusive] = found_;
  if (!breached && !inconclusive) return last < highest_ ? std::optional(std::min(2 * last, highest_)) : std::nullopt;
  const double least = std::min(breached.value_or(highest_), inconclusive.value_or(highest_));
  if (!held || least / *held <= kCloseEnough) return std::nullopt;
  return std::sqrt(*held * least);
}

std::uint64_t RateSearch::most_attempts(double from, double to) {
  // Doublings, and then halvings of what is left, which is a factor of two.
  const double doublings = std::ceil(std::log2(to / from)) + 1;
  const double halvings = std::ceil(std::log2(std::log(2) / std::log(kCloseEnough)));
  return static_cast<std::uint64_t>(std::llround(doublings + halvings));
}

}  // namespace client::load
