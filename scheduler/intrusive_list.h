#pragma once

#include "scheduler/check.h"

// A doubly linked list whose links live in its elements: it allocates nothing and an element leaves in constant time.

namespace sched {

/// The base of what can be in a list. `Tag` tells apart the lists that one type can be in at the same time.
template <typename Tag>
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { check(!is_linked(), "an element is destroyed while it is in a list"); }

  bool is_linked() const { return next_ != nullptr; }

  /// Leaves the list it is in.
  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 private:
  template <typename T, typename OtherTag>
  friend class IntrusiveList;

  ListNode* previous_ = nullptr;
  ListNode* next_ = nullptr;
};

/// First in, first out. It does not own its elements; they leave before they or the list are destroyed.
template <typename T, typename Tag>
class IntrusiveList {
  using Node = ListNode<Tag>;

 public:
  IntrusiveList() { head_.previous_ = head_.next_ = &head_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    check(empty(), "a list is destroyed while elements are in it");
    head_.previous_ = head_.next_ = nullptr;
  }

  bool empty() const { return head_.next_ == &head_; }

  void push_back(T& element) {
    Node& node = element;
    check(!node.is_linked(), "an element is put into a second list");
    node.previous_ = head_.previous_;
    node.next_ = &head_;
    head_.previous_->next_ = &node;
    head_.previous_ = &node;
  }

  /// The first element, which leaves; null when there is none.
  T* pop_front() {
    if (empty()) return nullptr;
    Node* node = head_.next_;
    node->unlink();
    return static_cast<T*>(node);
  }

  /// Takes all elements of `other` to its end, in their order.
  void append(IntrusiveList& other) {
    if (other.empty()) return;
    Node& first = *other.head_.next_;
    Node& last = *other.head_.previous_;
    first.previous_ = head_.previous_;
    head_.previous_->next_ = &first;
    last.next_ = &head_;
    head_.previous_ = &last;
    other.head_.previous_ = other.head_.next_ = &other.head_;
  }

  T* front() const { return empty() ? nullptr : static_cast<T*>(head_.next_); }

  /// The element after `element`, null at the end.
  T* next(T& element) const {
    Node* node = static_cast<Node&>(element).next_;
    return node == &head_ ? nullptr : static_cast<T*>(node);
  }

 private:
  Node head_;
};

}  // namespace sched
