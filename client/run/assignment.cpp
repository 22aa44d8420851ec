#include "client/run/assignment.h"

#include <utility>

namespace client::run {

bool Assignment::add(std::string_view frame, const scenario::ExpansionContext& context) {
  const std::size_t number = frames_.size();
  frames_.emplace_back(frame);
  has_.push_back(0);
  if (const auto pattern = free_pattern(number, context)) {
    owners_[*pattern] = number;
    has_[number] = *pattern;
    return true;
  }
  if (rearrange(number, context)) return true;
  frames_.pop_back();
  has_.pop_back();
  return false;
}

bool Assignment::fits(std::size_t frame, std::size_t pattern, const scenario::ExpansionContext& context) const {
  return patterns_[pattern].first_failing(frames_[frame], context) == nullptr;
}

std::optional<std::size_t> Assignment::free_pattern(std::size_t frame,
                                                    const scenario::ExpansionContext& context) const {
  for (std::size_t pattern = 0; pattern < patterns_.size(); ++pattern) {
    if (!owners_[pattern] && fits(frame, pattern, context)) return pattern;
  }
  return std::nullopt;
}

/// Looks, breadth first, for a chain of frames each of which can take the pattern of the next, up to a free one.
bool Assignment::rearrange(std::size_t frame, const scenario::ExpansionContext& context) {
  std::vector<std::optional<std::size_t>> takers(patterns_.size());  // Of each pattern that was reached, the frame.
  std::vector<std::size_t> reached{frame};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (std::size_t pattern = 0; pattern < patterns_.size(); ++pattern) {
      if (takers[pattern] || !fits(reached[i], pattern, context)) continue;
      takers[pattern] = reached[i];
      if (!owners_[pattern]) {
        hand_over(pattern, takers, frame);
        return true;
      }
      reached.push_back(*owners_[pattern]);
    }
  }
  return false;
}

/// Along the chain, from the free pattern at its end to the frame at its beginning.
void Assignment::hand_over(std::size_t pattern, const std::vector<std::optional<std::size_t>>& takers,
                           std::size_t first) {
  for (;;) {
    const std::size_t taker = *takers[pattern];
    owners_[pattern] = taker;
    const std::size_t given_up = std::exchange(has_[taker], pattern);
    if (taker == first) return;
    pattern = given_up;
  }
}

std::vector<const scenario::Pattern*> Assignment::left() const {
  std::vector<const scenario::Pattern*> left;
  for (std::size_t pattern = 0; pattern < patterns_.size(); ++pattern) {
    if (!owners_[pattern]) left.push_back(&patterns_[pattern]);
  }
  return left;
}

std::vector<Assignment::Pair> Assignment::pairs() const {
  std::vector<Pair> pairs;
  for (std::size_t frame = 0; frame < frames_.size(); ++frame) {
    pairs.push_back({.pattern = patterns_[has_[frame]], .frame = frames_[frame]});
  }
  return pairs;
}

}  // namespace client::run
