#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tests/oracle/script.h"

// How a server can answer wrongly: each lie is a function that spoils what it would have done.

namespace oracle {

/// One answer, and what a lie may want to know.
struct Answer {
  Actions actions;  ///< what the honest server does
  const Script& script;
  std::string request;
  Actions* held = nullptr;    ///< what is said in front of the next answer
  bool* is_silent = nullptr;  ///< true: nothing is answered from now on
};

struct Lie {
  enum class When : std::uint8_t {
    answering,   ///< `spoil` changes an answer
    connecting,  ///< `spoil` changes the greeting
    ending,      ///< `spoil` changes the farewell
    never,       ///< it is a property of the script
  };

  std::string_view name;
  When when;
  void (*spoil)(Answer& answer);
  bool takes_turn = true;  ///< for the counting of requests
};

std::span<const Lie> lies();

/// Null where there is none of this name.
const Lie* find_lie(std::string_view name);

}  // namespace oracle
