#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/clock.h"
#include "tests/oracle/frames.h"

// What the server of a case does at one port, as data. Both the harness, on the simulated network, and the judge, in
// its head, play it (liar.h).

namespace oracle {

/// One thing that a server does on a connection.
struct Action {
  enum class Kind : std::uint8_t { say, fin, close, reset };

  Time after = 0;  ///< what causes it; later than that only when told
  Kind kind = Kind::say;
  std::string bytes = {};  ///< of say, what ends a frame included

  bool operator==(const Action&) const = default;
};
using Actions = std::vector<Action>;

struct Script {
  Json framing = "line";  ///< of requests, and of the answers that are not in `answers`
  std::string eol = "lf";
  Actions greeting;                        ///< when a connection stands
  std::map<std::string, Actions> answers;  ///< to requests of these texts; to all others "GOT:" and the request
  Actions farewell = {{.kind = Action::Kind::fin}};  ///< when the client has ended sending

  std::string lie;                           ///< its name; none: the server is honest
  std::uint64_t lie_from = 0;                ///< the first request of a connection that is answered with the lie
  std::uint64_t lie_count = 1;               ///< how many
  std::string lie_to;                        ///< only requests with this in them; empty: all
  std::uint64_t lies_on = ~std::uint64_t{};  ///< connections in the order in which they came that are lied to, as bits

  std::optional<Time> listens_from = 0;  ///< nothing: never
  bool takes_nobody = false;             ///< the backlog is full and stays so
};

/// By port.
using Server = std::map<std::uint16_t, Script>;

/// For a person, and to keep it.
Json to_json(const Server& server);

}  // namespace oracle
