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

/// Connects and makes one exchange on each connection; they stay open. Ends the program when a reply is wrong.
void open_idle(struct load* load, size_t connections);

/// One connection, one line at a time, blocking.
void run_ping_pong(struct load* load);

/// Every connection sends its next round when the reply to the last has come.
void run_closed_loop(struct load* load);

/// Connects, exchanges one round, closes: `connections` at a time.
void run_connecting(struct load* load);
