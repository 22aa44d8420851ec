#include "client/run/assignment.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace client::run {
namespace {

using scenario::ExpansionContext;
using scenario::Pattern;
using scenario::Predicate;
using scenario::Template;

const ExpansionContext kNobody;

Pattern one_of(const std::vector<std::string>& texts) {
  Predicate predicate{.kind = Predicate::Kind::one_of};
  for (const std::string& text : texts) predicate.texts.emplace_back(text);
  return {.predicates = {predicate}, .place = {}};
}

std::string given(const Assignment& assignment, const std::vector<Pattern>& patterns) {
  std::string text;
  for (const auto& [pattern, frame] : assignment.pairs()) {
    text += std::string(frame) + std::to_string(&pattern - patterns.data()) + " ";
  }
  return text;
}

TEST(Assignment, GivesEachFrameAPatternOfItsOwn) {
  const std::vector<Pattern> patterns{one_of({"a"}), one_of({"b"})};
  Assignment assignment(patterns);
  EXPECT_TRUE(assignment.add("b", kNobody));
  EXPECT_FALSE(assignment.is_complete());
  EXPECT_FALSE(assignment.add("b", kNobody)) << "it has been given away";
  EXPECT_FALSE(assignment.add("c", kNobody)) << "it fits nothing";
  ASSERT_EQ(assignment.left().size(), 1U);
  EXPECT_EQ(assignment.left().front(), patterns.data());
  EXPECT_TRUE(assignment.add("a", kNobody));
  EXPECT_TRUE(assignment.is_complete());
  EXPECT_EQ(given(assignment, patterns), "b1 a0 ");
}

TEST(Assignment, TakesBackWhatWasGivenAwayTooEarly) {
  // Each frame takes the first pattern that fits; the last one makes all others move on.
  const std::vector<Pattern> patterns{one_of({"a", "d"}), one_of({"a", "b"}), one_of({"b", "c"}), one_of({"c"})};
  Assignment assignment(patterns);
  for (const char* frame : {"a", "b", "c", "d"}) EXPECT_TRUE(assignment.add(frame, kNobody)) << frame;
  EXPECT_TRUE(assignment.is_complete());
  EXPECT_EQ(given(assignment, patterns), "a1 b2 c3 d0 ");
}

TEST(Assignment, ChangesNothingWhereThereIsNoWay) {
  const std::vector<Pattern> patterns{one_of({"a", "b"}), one_of({"a"}), one_of({"z"})};
  Assignment assignment(patterns);
  EXPECT_TRUE(assignment.add("a", kNobody));
  EXPECT_TRUE(assignment.add("b", kNobody));
  const std::string before = given(assignment, patterns);
  EXPECT_FALSE(assignment.add("a", kNobody));
  EXPECT_EQ(given(assignment, patterns), before);
  EXPECT_TRUE(assignment.add("z", kNobody));
}

/// Tries all orders of the patterns.
bool has_way(const std::vector<Pattern>& patterns, const std::string& frames) {
  std::vector<std::size_t> order(patterns.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  do {
    bool fits = true;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      fits = fits && patterns[order[i]].first_failing(frames.substr(i, 1), kNobody) == nullptr;
    }
    if (fits) return true;
  } while (std::ranges::next_permutation(order).found);
  return false;
}

TEST(Assignment, FindsAWayWheneverThereIsOne) {
  // Every choice of what four patterns take of three letters, and every four frames.
  const std::vector<std::string> sets[] = {{"a"}, {"b"}, {"a", "b"}, {"a", "c"}, {"a", "b", "c"}};
  for (unsigned choice = 0; choice < 5 * 5 * 5 * 5; ++choice) {
    const std::vector<Pattern> patterns{one_of(sets[choice % 5]), one_of(sets[choice / 5 % 5]),
                                        one_of(sets[choice / 25 % 5]), one_of(sets[choice / 125])};
    for (unsigned letters = 0; letters < 3 * 3 * 3 * 3; ++letters) {
      std::string frames;
      for (unsigned rest = letters, i = 0; i < 4; ++i, rest /= 3) frames += static_cast<char>('a' + rest % 3);
      Assignment assignment(patterns);
      bool all = true;
      for (std::size_t i = 0; i < frames.size() && all; ++i) {
        all = assignment.add(frames.substr(i, 1), kNobody);
        ASSERT_EQ(all, has_way(patterns, frames.substr(0, i + 1))) << choice << " " << frames;
      }
    }
  }
}

}  // namespace
}  // namespace client::run
