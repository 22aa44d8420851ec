#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/oracle/client.h"

// What a case comes to: in the judge's opinion, and in the client's own.

namespace oracle {

/// What the judge says.
struct Opinion {
  std::uint64_t planned = 0;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;  ///< unreached ones included
  std::uint64_t unreached = 0;
  std::uint64_t skipped = 0;
  std::uint64_t connected = 0;   ///< connections
  bool counts_are_known = true;  ///< else only which failures there are
  bool kinds_are_known = true;   ///< else only the verdict is
  std::vector<Stop> stops;       ///< of all who failed, those of setup and teardown too
  std::string verdict;
  int exit_code = 0;
  Time lasts = 0;  ///< when the last client has ended, as it is planned
  Doubts doubts;   ///< when there are any, the opinion is worth nothing
};

/// What the client said.
struct Told {
  std::uint64_t planned = 0;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t unreached = 0;
  std::uint64_t skipped = 0;
  std::uint64_t connected = 0;
  std::map<std::pair<std::string, std::string>, std::uint64_t> failures = {};  ///< by pointer and code
  std::string verdict;
  int exit_code = 0;
  std::string error;  ///< the scenario was not even read, or could not be run
};

/// Where they disagree, for a person; empty: nowhere.
std::string difference(const Opinion& opinion, const Told& told);

std::string to_text(const Opinion& opinion);
std::string to_text(const Told& told);

/// The pointer to the step in which a place stands; empty when it is in none.
std::string step_of(const std::string& pointer);

}  // namespace oracle
