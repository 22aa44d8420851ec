#pragma once

#include <list>
#include <map>
#include <vector>

#include "tests/oracle/client.h"

// All clients of a scenario, and the barriers at which they wait for each other. A client knows nothing of the others:
// it is run until it waits, what happens first at any barrier is found out, and it is run from its start again, knowing
// that.

namespace oracle {

class Meeting {
 public:
  /// Both outlive it.
  Meeting(const Server& server, Time start, Doubts& doubts) : server_(server), start_(start), doubts_(doubts) {}

  /// The group outlives it.
  void add(const Group& group, std::uint64_t index);
  void run();

  const std::list<Client>& clients() const { return clients_; }
  const std::vector<Client::Outcome>& outcomes() const { return outcomes_; }

 private:
  struct Party {
    const Group* group;
    std::uint64_t index;
    std::vector<Release> releases = {};
    Doubts doubts;
    Client* client = nullptr;
    Client::Outcome outcome = Client::Outcome::blocked;
  };

  /// Who goes on, when, and how.
  struct Happening {
    Time at;
    std::string code;
    std::vector<Party*> parties;
  };

  void run(Party& party);
  std::vector<Party*> waiting() const;
  std::vector<Happening> possible(const std::vector<Party*>& waiting) const;
  std::optional<Time> broken_since(const std::string& barrier) const;

  const Server& server_;
  const Time start_;
  Doubts& doubts_;
  std::list<Party> parties_;
  std::list<Client> clients_;
  std::vector<Client::Outcome> outcomes_;
};

}  // namespace oracle
