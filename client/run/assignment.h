#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/scenario/predicate.h"

namespace client::run {

/// Gives each frame that comes, in any order, a pattern of its own: where the one that fits is given away already, its
/// owner may have to take another one. A way is found whenever there is one (it is a matching of a bipartite graph,
/// made larger along augmenting paths).
class Assignment {
 public:
  /// The patterns outlive it.
  explicit Assignment(const std::vector<scenario::Pattern>& patterns) : patterns_(patterns), owners_(patterns.size()) {}

  /// Takes one more frame. False when there is no way to give it and all those before it a pattern; then nothing has
  /// changed.
  bool add(std::string_view frame, const scenario::ExpansionContext& context);

  bool is_complete() const { return frames_.size() == patterns_.size(); }

  /// The patterns that no frame has.
  std::vector<const scenario::Pattern*> left() const;

  struct Pair {
    const scenario::Pattern& pattern;
    std::string_view frame;
  };
  /// The frames in the order in which they came.
  std::vector<Pair> pairs() const;

 private:
  bool fits(std::size_t frame, std::size_t pattern, const scenario::ExpansionContext& context) const;
  std::optional<std::size_t> free_pattern(std::size_t frame, const scenario::ExpansionContext& context) const;
  bool rearrange(std::size_t frame, const scenario::ExpansionContext& context);
  void hand_over(std::size_t pattern, const std::vector<std::optional<std::size_t>>& takers, std::size_t first);

  const std::vector<scenario::Pattern>& patterns_;
  std::vector<std::string> frames_;
  std::vector<std::size_t> has_;                    ///< of each frame, its pattern
  std::vector<std::optional<std::size_t>> owners_;  ///< of each pattern, its frame
};

}  // namespace client::run
