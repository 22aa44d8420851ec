#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bench/raw/measurement.h"
#include "bench/raw/script.h"

// The ways in which the generator asks. Each checks every reply, and returns when the measurement is over.

struct load {
  const char* address;
  size_t connections;
  size_t depth;  ///< lines of a round
  bool spin;     ///< look for a reply again and again instead of blocking
  struct script script;
  struct measurement measurement;
};

/// One connection, one line at a time, blocking.
void run_ping_pong(struct load* load);

/// Every connection sends its next round when the reply to the last has come.
void run_closed_loop(struct load* load);

/// Connects, exchanges one round, closes: `connections` at a time.
void run_connecting(struct load* load);

/// Makes one exchange on each connection, prints IDLE, and keeps them open until the input ends.
void run_idle(struct load* load);
