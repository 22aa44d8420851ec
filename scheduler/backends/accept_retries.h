#pragma once

namespace sched {

/// The accepts of one listener that failed. Most errors of accept(2) are of the one connection that it would have
/// given, and the next is accepted at once: its peer has gone, a rule forbids it, the network to it is down. When so
/// many come in a row that it may be the listener after all, who accepts is told, and can wait.
class AcceptRetries {
 public:
  /// Whether an accept that failed with this error is tried again at once.
  bool again_after(int error_number);

  void has_accepted() { in_a_row_ = 0; }

 private:
  static constexpr int kMostInARow = 64;

  int in_a_row_ = 0;
};

}  // namespace sched
