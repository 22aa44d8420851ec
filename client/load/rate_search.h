#pragma once

#include <cstdint>
#include <optional>

namespace client::load {

/// What a search for the highest rate has found, in what it counts a second.
struct FoundRates {
  std::optional<double> held;          ///< the highest that did
  std::optional<double> breached;      ///< the lowest that did not
  std::optional<double> inconclusive;  ///< the lowest of which nothing is known
};

/// The search for the highest rate that holds: doubled until one does not, then halved between the last two.
class RateSearch {
 public:
  enum class Outcome : std::uint8_t {
    holds,
    does_not_hold,
    inconclusive,  ///< it tells nothing: the generator itself was too slow, or no reply was compared
  };

  /// From `from` to `to`, which is more.
  RateSearch(double from, double to) : next_(from), highest_(to) {}

  /// The rate to try; nothing when the search is over: the ends are 5 % apart, or there are none.
  std::optional<double> next() const { return next_; }
  /// What came of trying it.
  void add(Outcome outcome);

  const FoundRates& found() const { return found_; }

  /// Of rates to try, at most.
  static std::uint64_t most_attempts(double from, double to);

 private:
  std::optional<double> after(double last) const;

  std::optional<double> next_;
  double highest_;
  FoundRates found_;
};

}  // namespace client::load
