#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The time during which it counts: what is before (the warm-up) is thrown away. Times are in nanoseconds.

enum { kSubBuckets = 1024, kBuckets = kSubBuckets + (63 - 10) * (kSubBuckets / 2) };

struct measurement {
  double warm_up_seconds;
  double seconds;
  pid_t server;  ///< whose CPU time is measured too; 0 for none
  int64_t begins_at;
  int64_t ends_at;
  bool counts;
  int64_t own_cpu;
  int64_t server_cpu;
  uint64_t messages;
  uint64_t rounds;
  uint64_t counts_by_latency[kBuckets];  ///< log-linear: exact to 1024, then to two or three digits
};

int64_t now(void);

/// Begins the warm-up, when all is connected.
void begin_warm_up(struct measurement* measurement);

/// Counts a round that has just ended. False when the measurement is over; then it has been printed.
bool count_round(struct measurement* measurement, size_t messages, int64_t started_at, int64_t ended_at);
