#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/load/measurements.h"
#include "client/load/rate_search.h"

// What a run came to, as plain data: what reports are made of. Texts may be any bytes, but for those that say they are
// escaped.

namespace client::report {

/// How it went, for a scenario or for all of them.
enum class Verdict : std::uint8_t {
  passed,
  failed,
  could_not_test,  ///< the first contact failed, or a limit of the machine
  skipped,         ///< a step said so
  deadline,        ///< the run's time passed first
  interrupted,     ///< by a signal
  not_run,         ///< the run had ended before
};

/// "passed", "could_not_test", …
const char* name_of(Verdict verdict);

/// One client that failed.
struct FailedClient {
  std::string group;
  std::uint64_t index = 0;         ///< in its group
  std::string endpoint;            ///< "tcp 127.0.0.1:25000"; empty: it was not known yet
  std::vector<std::string> notes;  ///< escaped
};

/// Clients that failed at the same place in the same way.
struct Failure {
  std::string code;                   ///< for machines: "mismatch", "refused"
  std::string phase;                  ///< what they were doing: "connect", "expect"
  std::string errno_name;             ///< "ECONNREFUSED"; empty: the system has not said why
  std::string title;                  ///< "expect failed: equals"
  std::uint32_t line = 0;             ///< in the scenario's file; 0 when it is the file as a whole
  std::uint32_t column = 0;           ///< in characters
  std::string pointer;                ///< JSON pointer: "/clients/0/steps/1/expect"
  std::uint64_t count = 1;            ///< clients
  std::vector<FailedClient> clients;  ///< the first of them
  std::string text;                   ///< as the user sees it: escaped, with newlines
};

/// What a threshold came to.
struct Threshold {
  std::string text;             ///< "response p99 below 10ms"
  std::optional<double> value;  ///< in seconds, a number, a number a second, or a share; nothing: there was no sample
  std::optional<bool> held;     ///< nothing: it was not judged
  std::string code = {};        ///< why the scenario failed by it: "breached", "no_sample"; empty when it did not
};

/// What was measured under load.
struct Load {
  load::Measurements measured;
  std::string client_bound;  ///< a sentence: why the generator was the limit; empty when it was not
  std::vector<Threshold> thresholds;
  std::optional<load::FoundRates> search = {};  ///< of find_max, in iterations a second
  std::vector<Failure> warmup_failures = {};    ///< of iterations that were to start in the warm-up: they judge nothing
};

struct Scenario {
  std::string name;
  std::string path;  ///< of its file, as the user named it
  std::vector<std::string> tags;
  Verdict verdict = Verdict::not_run;
  std::string reason;  ///< a sentence, where the failures do not say it: why it was not run
  std::optional<std::chrono::milliseconds> started;  ///< since 1970; nothing: it was not
  std::chrono::nanoseconds elapsed{};
  std::uint64_t repetition = 0;  ///< which time it was run in this run, from 0
  std::uint64_t seed = 0;
  std::string command;  ///< for a shell: what runs it again

  std::uint64_t planned = 0;  ///< clients; each of them is in one of the next five
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t interrupted = 0;
  std::uint64_t not_run = 0;

  std::uint64_t connections = 0;
  std::uint64_t frames = 0;  ///< that matched
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::vector<Failure> failures;
  std::optional<Load> load;
};

struct Report {
  std::string version;     ///< of echo_client
  std::uint64_t seed = 0;  ///< of the scenarios that have none of their own
  Verdict verdict = Verdict::passed;
  bool is_incomplete = false;  ///< not all that was planned has been run to its end
  std::string reason;          ///< why it is, or why it could not test; else empty
  std::vector<Scenario> scenarios;
};

/// Of all scenarios together.
std::chrono::nanoseconds elapsed(const Report& report);
/// When the first of them began; nothing when none did.
std::optional<std::chrono::milliseconds> started(const Report& report);

/// "2026-11-25T16:49:28.123Z".
std::string format_time(std::chrono::milliseconds since_1970);

}  // namespace client::report
