#include "bench/raw/measurement.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const int64_t kSecond = 1000000000;

static double in_seconds(int64_t nanoseconds) { return (double)nanoseconds / (double)kSecond; }

static int64_t in_nanoseconds(double seconds) { return (int64_t)(seconds * (double)kSecond); }

static int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * kSecond + time.tv_nsec;
}

int64_t now(void) { return read_clock(CLOCK_MONOTONIC); }

/// The nanoseconds that the threads of a process have run: the first number of each thread's schedstat.
static int64_t cpu_of(pid_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)process);
  DIR* threads = process == 0 ? NULL : opendir(path);
  if (threads == NULL) return 0;
  int64_t sum = 0;
  for (const struct dirent* thread = readdir(threads); thread != NULL; thread = readdir(threads)) {
    char file[sizeof path + sizeof thread->d_name + 16];
    snprintf(file, sizeof file, "%s/%s/schedstat", path, thread->d_name);
    FILE* schedstat = thread->d_name[0] == '.' ? NULL : fopen(file, "r");
    if (schedstat == NULL) continue;
    int64_t ran = 0;
    if (fscanf(schedstat, "%" SCNd64, &ran) == 1) sum += ran;
    fclose(schedstat);
  }
  closedir(threads);
  return sum;
}

static size_t bucket_of(uint64_t latency) {
  if (latency < kSubBuckets) return latency;
  const size_t shift = 63 - (size_t)__builtin_clzll(latency) - 9;
  return shift * (kSubBuckets / 2) + (latency >> shift);
}

static uint64_t latency_of(size_t bucket) {
  if (bucket < kSubBuckets) return bucket;
  const size_t shift = bucket / (kSubBuckets / 2) - 1;
  return (uint64_t)(bucket - shift * (kSubBuckets / 2)) << shift;
}

static uint64_t percentile(const struct measurement* measurement, double part) {
  const double wanted = part * (double)measurement->rounds;
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += measurement->counts_by_latency[bucket];
    if (seen > 0 && (double)seen >= wanted) return latency_of(bucket);
  }
  return 0;
}

static void print(const struct measurement* measurement, int64_t ended_at) {
  const int64_t own_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - measurement->own_cpu;
  const int64_t server_cpu = cpu_of(measurement->server) - measurement->server_cpu;
  printf("{\"messages\": %" PRIu64 ", \"seconds\": %.6f, ", measurement->messages,
         in_seconds(ended_at - measurement->begins_at));
  printf("\"p50_ns\": %" PRIu64 ", \"p99_ns\": %" PRIu64 ", ", percentile(measurement, 0.5),
         percentile(measurement, 0.99));
  printf("\"generator_cpu_seconds\": %.6f, \"server_cpu_seconds\": %.6f}\n", in_seconds(own_cpu),
         in_seconds(server_cpu));
  fflush(stdout);
}

void begin_warm_up(struct measurement* measurement) {
  measurement->begins_at = now() + in_nanoseconds(measurement->warm_up_seconds);
  measurement->ends_at = measurement->begins_at + in_nanoseconds(measurement->seconds);
}

bool count_round(struct measurement* measurement, size_t messages, int64_t started_at, int64_t ended_at) {
  if (!measurement->counts) {
    if (ended_at < measurement->begins_at) return true;
    measurement->counts = true;
    measurement->begins_at = ended_at;
    measurement->own_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    measurement->server_cpu = cpu_of(measurement->server);
    return true;
  }
  ++measurement->rounds;
  measurement->messages += messages;
  ++measurement->counts_by_latency[bucket_of((uint64_t)(ended_at - started_at))];
  if (ended_at < measurement->ends_at) return true;
  print(measurement, ended_at);
  return false;
}
