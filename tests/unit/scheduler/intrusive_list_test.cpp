#include "scheduler/intrusive_list.h"

#include <vector>

#include <gtest/gtest.h>

namespace sched {
namespace {

struct FirstTag;
struct SecondTag;

struct Element : ListNode<FirstTag>, ListNode<SecondTag> {
  explicit Element(int its_number) : number(its_number) {}
  int number;
};

using First = IntrusiveList<Element, FirstTag>;
using Second = IntrusiveList<Element, SecondTag>;

bool is_in_first(Element& element) { return static_cast<ListNode<FirstTag>&>(element).is_linked(); }
void unlink_from_first(Element& element) { static_cast<ListNode<FirstTag>&>(element).unlink(); }

std::vector<int> drain(First& list) {
  std::vector<int> numbers;
  while (Element* element = list.pop_front()) numbers.push_back(element->number);
  return numbers;
}

TEST(IntrusiveList, GivesElementsInTheOrderTheyWereAdded) {
  Element one(1);
  Element two(2);
  Element three(3);
  First list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.pop_front(), nullptr);
  EXPECT_EQ(list.front(), nullptr);
  list.push_back(one);
  list.push_back(two);
  list.push_back(three);
  EXPECT_FALSE(list.empty());
  EXPECT_EQ(list.front(), &one);
  EXPECT_EQ(drain(list), (std::vector<int>{1, 2, 3}));
  EXPECT_TRUE(list.empty());
}

TEST(IntrusiveList, LetsAnElementLeaveFromAnywhere) {
  for (int leaving = 1; leaving <= 3; ++leaving) {
    std::vector<int> expected;
    Element one(1);
    Element two(2);
    Element three(3);
    First list;
    for (Element* element : {&one, &two, &three}) list.push_back(*element);
    for (Element* element : {&one, &two, &three}) {
      if (element->number == leaving) unlink_from_first(*element);
      if (element->number != leaving) expected.push_back(element->number);
    }
    EXPECT_EQ(drain(list), expected);
  }
}

TEST(IntrusiveList, TakesAnElementThatHasLeftAgain) {
  Element element(1);
  First list;
  for (int i = 0; i < 3; ++i) {
    list.push_back(element);
    EXPECT_TRUE(is_in_first(element));
    EXPECT_EQ(list.pop_front(), &element);
    EXPECT_FALSE(is_in_first(element));
  }
}

TEST(IntrusiveList, HoldsAnElementThatIsInAnotherListToo) {
  Element element(1);
  First first;
  Second second;
  first.push_back(element);
  second.push_back(element);
  EXPECT_EQ(first.pop_front(), &element);
  EXPECT_EQ(second.front(), &element);
  EXPECT_EQ(second.pop_front(), &element);
}

TEST(IntrusiveList, AppendsAnotherInItsOrder) {
  Element one(1);
  Element two(2);
  Element three(3);
  First list;
  First other;
  list.append(other);
  other.push_back(two);
  other.push_back(three);
  list.push_back(one);
  list.append(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(drain(list), (std::vector<int>{1, 2, 3}));
  other.push_back(one);
  list.append(other);
  EXPECT_EQ(drain(list), std::vector<int>{1});
}

TEST(IntrusiveList, IsWalkedFromFrontToEnd) {
  Element one(1);
  Element two(2);
  First list;
  list.push_back(one);
  list.push_back(two);
  EXPECT_EQ(list.next(one), &two);
  EXPECT_EQ(list.next(two), nullptr);
  drain(list);
}

TEST(IntrusiveListDeathTest, HoldsNoElementTwice) {
  Element element(1);
  First list;
  First other;
  list.push_back(element);
  EXPECT_DEATH(list.push_back(element), "put into a second list");
  EXPECT_DEATH(other.push_back(element), "put into a second list");
  drain(list);
}

TEST(IntrusiveListDeathTest, OutlivesItsElements) {
  EXPECT_DEATH(
      {
        First list;
        {
          Element element(1);
          list.push_back(element);
        }
      },
      "destroyed while it is in a list");
  Element element(1);
  EXPECT_DEATH(
      {
        First list;
        list.push_back(element);
      },
      "a list is destroyed while elements are in it");
}

}  // namespace
}  // namespace sched
