#pragma once

#include <string>

#include "tests/oracle/dice.h"
#include "tests/oracle/frames.h"

// Frames, and predicates that hold for them or do not.

namespace oracle {

/// What a frame of this framing can be.
std::string draw_text(Dice& dice, const Framing& framing);

/// Predicates that this frame fulfils, or does not: a string or an object.
Json draw_pattern(Dice& dice, const std::string& frame, bool is_to_hold);

/// The same for framing raw, of which the frame is the next of what comes.
Json draw_raw_pattern(Dice& dice, const std::string& frame, bool is_to_hold);

/// Whether it can stand in a JSON file.
bool is_text(const std::string& bytes);

}  // namespace oracle
