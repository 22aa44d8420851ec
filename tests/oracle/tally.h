#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/oracle/case.h"
#include "tests/oracle/opinion.h"

namespace oracle {

/// What was met among the cases, and in how many of them, so that the generator cannot go blind unseen: keys of steps,
/// modes, framings, predicates, lies, codes of failures, verdicts.
class Tally {
 public:
  void add(const Case& drawn, const Opinion& opinion);

  /// In how many cases it was met: "step expect", "lie doubled", "code unread", …
  std::uint64_t count(const std::string& what) const;

  /// Everything, for a person.
  std::string to_text() const;

 private:
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace oracle
