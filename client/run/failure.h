#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "client/run/cause.h"
#include "client/scenario/source.h"

// Failures of clients, and the log that folds those that are alike.

namespace client::run {

/// Why one client failed: everything a person needs to see the fault without a debugger.
struct Failure {
  Cause cause = {};                ///< for machines
  std::string title;               ///< what failed, and how: "expect failed: equals"
  scenario::Place place;           ///< of what failed in the scenario file
  std::vector<std::string> notes;  ///< what was expected, what came, how the connection stood; escaped
  std::string group;
  std::uint64_t client = 0;  ///< index in its group
  std::string endpoint;      ///< "tcp 127.0.0.1:25000"; empty before the target was known
  std::uint32_t stage = 0;   ///< of what led to it, it comes after all that has a lower one
};

/// That of a teardown, which comes after everything.
constexpr std::uint32_t kTeardownStage = std::numeric_limits<std::uint32_t>::max();

/// Failures of one scenario. Those of the same stage, title and code at the same place are alike; the first few of them
/// are kept whole. Its size is bounded by the file, not by the number of clients.
class FailureLog {
 public:
  struct Alike {
    std::uint64_t count = 0;
    std::vector<Failure> kept;  ///< at least one
  };

  void add(Failure failure);
  void merge(FailureLog other);

  bool empty() const { return alike_.empty(); }

  /// By their stages, and then in the order of the file. Valid until the log changes.
  std::vector<const Alike*> all() const;

  /// For people, in the same order:
  ///   error: expect failed: equals            scenario "multi", client "greeter" 17, tcp 127.0.0.1:25000
  ///     --> scenarios/multi.json:9:35  /clients/0/steps/1/expect
  ///    9 |         { "send": "Hello" }, { "expect": "GOT:Hello" },
  ///      |                                          ^^^^^^^^^^^
  ///      |   expected  "GOT:Hello"
  ///   412 of 10000 clients failed this step the same way: "greeter" 17, 18, 20 and 409 more.
  ///     "greeter" 18  received  "GOT:HallO"      first difference at byte 5 (65, received 61)
  /// Of those that are alike the first is whole, and others are told where they have received something else. Under
  /// load, where a client may fail many times, `clients` is 0.
  std::string render(const scenario::SourceFile& source, const std::string& scenario_name, std::uint64_t clients) const;

  /// Those that are alike alone.
  static std::string render(const Alike& alike, const scenario::SourceFile& source, const std::string& scenario_name,
                            std::uint64_t clients);

 private:
  struct Key {
    std::uint32_t stage;
    std::uint32_t line;
    std::uint32_t column;
    std::string title;
    FailureCode code;

    auto operator<=>(const Key&) const = default;
  };

  std::map<Key, Alike> alike_;
};

}  // namespace client::run
