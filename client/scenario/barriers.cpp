#include "client/scenario/barriers.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "text/escape.h"

namespace client::scenario {

namespace {

constexpr std::size_t kMaxShown = 60;  // In bytes.

/// How often something happens; nothing when that is not known before the run, or too large to be counted.
using Times = std::optional<std::uint64_t>;
constexpr std::uint64_t kMost = 1'000'000'000'000'000'000;

Times product(Times a, Times b) {
  if (!a || !b || (*b > 0 && *a > kMost / *b)) return std::nullopt;
  return *a * *b;
}

Times sum(Times a, Times b) {
  if (!a || !b || *a + *b > kMost) return std::nullopt;
  return *a + *b;
}

/// The clients of a group that come to a barrier.
struct Comers {
  std::uint64_t clients = 0;
  Times times = 0;  ///< each of them
};

struct Use {
  const Step& step;
  const Barrier& barrier;
};

/// A barrier: the steps with its name, in the order of the file, and who comes to them.
struct Meeting {
  std::vector<Use> uses;
  std::map<const Group*, Comers> comers;
};
using Meetings = std::map<std::string, Meeting>;

bool may_end_early(const Steps& steps) {
  return std::ranges::any_of(steps, [](const Step& step) {
    const Steps* inner = inner_steps(step);
    return std::holds_alternative<Skip>(step.action) || std::holds_alternative<Fail>(step.action) ||
           (inner != nullptr && may_end_early(*inner));
  });
}

/// How often a step does what is in it.
Times times_of(const Step& step) {
  const auto* repeat = std::get_if<Repeat>(&step.action);
  return repeat != nullptr && !repeat->duration ? Times(repeat->times) : std::nullopt;
}

void collect(const Group& group, const Steps& steps, Times times, Meetings& meetings) {
  for (const Step& step : steps) {
    if (const Steps* inner = inner_steps(step)) collect(group, *inner, product(times, times_of(step)), meetings);
    const auto* barrier = std::get_if<Barrier>(&step.action);
    if (barrier == nullptr) continue;
    Meeting& meeting = meetings[barrier->name];
    meeting.uses.push_back({step, *barrier});
    Comers& comers = meeting.comers[&group];
    comers.clients = group.count;
    comers.times = sum(comers.times, times);
  }
}

/// What is wrong when each opening takes `parties` different clients; empty when nothing is known to be.
std::string why_never(const Meeting& meeting, std::uint64_t parties) {
  std::uint64_t clients = 0;
  Times arrivals = 0;
  Times most = 0;
  for (const auto& [group, comers] : meeting.comers) {
    clients += comers.clients;
    arrivals = sum(arrivals, product(comers.clients, comers.times));
    most = comers.times && most ? std::max(most, comers.times) : std::nullopt;
  }
  if (clients < parties) {
    const char* which = meeting.uses.front().barrier.parties ? "" : ", since without \"parties\" it is for all,";
    return fmt::format("this barrier waits for {} parties{} and only {} come{} to it: it can never open", parties,
                       which, clients == 1 ? "1 client" : fmt::format("{} clients", clients), clients == 1 ? "s" : "");
  }
  if (!arrivals) return {};
  if (*arrivals % parties != 0) {
    return fmt::format("the clients come to this barrier {} times in all, and {} parties open it: {} would be left",
                       *arrivals, parties, *arrivals % parties);
  }
  if (*most <= *arrivals / parties) return {};
  return fmt::format("a client comes to this barrier {} times, and with {} parties it opens {} times at most", *most,
                     parties, *arrivals / parties);
}

void check(const std::string& name, const Meeting& meeting, std::uint64_t all, DiagnosticList& errors) {
  const Use& first = meeting.uses.front();
  const std::uint64_t parties = first.barrier.parties.value_or(all);
  for (const Use& use : meeting.uses) {
    const std::uint64_t others = use.barrier.parties.value_or(all);
    if (others == parties) continue;
    const std::string named = name.empty() ? "without a name" : text::quote(name, kMaxShown);
    return errors.add(use.step.place,
                      fmt::format("the barrier {} has {} parties here, and {} in line {}; give it another name", named,
                                  others, parties, first.step.place.line));
  }
  const std::string why = why_never(meeting, parties);
  if (!why.empty()) errors.add(first.step.place, why);
}

}  // namespace

void check_barriers(const Scenario& scenario, DiagnosticList& errors) {
  Meetings meetings;
  for (const Group& group : scenario.groups) {
    collect(group, group.steps, may_end_early(group.steps) ? std::nullopt : Times(group.iterations), meetings);
  }
  for (const auto& [name, meeting] : meetings) check(name, meeting, scenario.clients(), errors);
}

}  // namespace client::scenario
