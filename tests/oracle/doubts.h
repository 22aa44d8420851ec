#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/oracle/clock.h"

namespace oracle {

/// Why the judge cannot say what happens: two things came too close to each other.
class Doubts {
 public:
  Doubts() = default;
  /// What is closer than this is too close.
  explicit Doubts(Time margin) : margin_(margin) {}

  void add(const char* why) { all_.emplace_back(why); }
  void add_when_near(Time a, Time b, const char* why) {
    if (std::abs(a - b) < margin_) add(why);
  }
  void add(const Doubts& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }
  void forget() { all_.clear(); }

  Time margin() const { return margin_; }
  const std::vector<std::string>& all() const { return all_; }
  bool empty() const { return all_.empty(); }

 private:
  Time margin_ = kMargin;
  std::vector<std::string> all_;
};

}  // namespace oracle
