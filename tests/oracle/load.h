#pragma once

#include <list>
#include <string>
#include <vector>

#include "tests/oracle/client.h"

// All clients of a scenario under its load, in the judge's head: docs/load.md.

namespace oracle {

/// What comes of a load.
struct LoadRun {
  std::vector<Stop> stops = {};
  std::uint64_t connected = 0;
  std::uint64_t messages = 0;    ///< replies that were as expected
  std::uint64_t iterations = 0;  ///< that are measured
  std::uint64_t dropped = 0;
  bool is_message_in_time = false;  ///< one of them came before the load was over
  Time end = 0;
};

/// A while in which the rate of iterations goes from one to another.
struct LoadStage {
  double from;
  double to;
  Time lasts;
};

class Load {
 public:
  /// All outlive it.
  Load(const Json& scenario, const std::list<Group>& groups, const Server& server, Time start, Doubts& doubts);

  LoadRun run();

 private:
  struct Crew {
    std::list<Client> clients;
    Time begin;
    bool has_contact;
  };

  Crew join(Doubts& doubts) const;
  LoadRun run_closed();
  LoadRun run_open();
  LoadRun run_share(double share);
  LoadRun run_schedule(std::size_t first, bool begins_at_once);
  std::vector<LoadStage> stages() const;
  std::vector<Time> schedule(bool begins_at_once, Doubts& doubts) const;
  Time lasts() const;
  LoadRun collect(Crew& crew) const;

  const Json& load_;
  const std::list<Group>& groups_;
  const Server& server_;
  const Time start_;
  Doubts& doubts_;
  const std::string verify_;
  const std::vector<Release> no_barriers_;
};

}  // namespace oracle
