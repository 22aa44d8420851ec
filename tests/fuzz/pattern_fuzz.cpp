// Predicates can be asked about any bytes, and on raw bytes the verdict is the same however they are cut.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "client/scenario/explanation.h"
#include "client/scenario/predicate.h"
#include "tests/fuzz/fuzzing.h"

namespace {

using client::scenario::ExpansionContext;
using client::scenario::Pattern;
using client::scenario::Predicate;
using client::scenario::RegularExpression;
using Kind = Predicate::Kind;

/// Those that compare with texts; the others are made of them.
constexpr std::array kKinds{Kind::equals,  Kind::bytes,      Kind::starts_with, Kind::contains,     Kind::ends_with,
                            Kind::matches, Kind::not_equals, Kind::less,        Kind::not_contains, Kind::one_of,
                            Kind::greater, Kind::between,    Kind::empty};

/// Nothing when it is none.
std::optional<Predicate> predicate_of(fuzz::Input& input) {
  Predicate predicate{.kind = kKinds[input.number() % kKinds.size()]};
  predicate.texts.emplace_back(std::string(input.text()));
  if (predicate.kind == Kind::between) predicate.texts.emplace_back(std::string(input.text()));
  if (predicate.kind != Kind::matches) return predicate;
  auto pattern = RegularExpression::compile(predicate.texts.front().constant());
  if (!pattern) return std::nullopt;
  predicate.pattern = *std::move(pattern);
  return predicate;
}

bool works_on_raw_bytes(const Predicate& predicate) {
  return client::scenario::works_on_raw_bytes(predicate.kind) &&
         (!predicate.pattern || !predicate.pattern->looks_behind_its_end());
}

/// What a client comes to: how many bytes are consumed, that none match, or nothing yet.
struct Verdict {
  std::optional<std::size_t> consumed;
  bool is_mismatch = false;

  bool operator==(const Verdict&) const = default;
};

Verdict judge(const Pattern& pattern, std::string_view stream, std::string_view cuts) {
  Verdict verdict;
  fuzz::for_each_cut(cuts, stream.size(), [&](std::size_t end) {
    if (verdict.consumed || verdict.is_mismatch) return;
    const auto found = find_raw(pattern, stream.substr(0, end), {}, verdict.is_mismatch);
    if (!found) return;
    fuzz::require(found->begin <= found->end && found->end <= end, "what is found has arrived");
    verdict.consumed = found->end;
  });
  return verdict;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  Pattern pattern;
  for (int left = 1 + input.number() % 3; left > 0; --left) {
    if (auto predicate = predicate_of(input)) pattern.predicates.push_back(*std::move(predicate));
  }
  if (pattern.predicates.empty()) return 0;
  const std::string_view cuts = input.text();
  const std::string_view stream = input.rest();
  const ExpansionContext context{.client_name = {}};
  const bool fails = pattern.first_failing(stream, context) != nullptr;
  if (fails) [[maybe_unused]]
    const auto mismatch = explain(pattern, stream, context);
  if (!std::ranges::all_of(pattern.predicates, works_on_raw_bytes)) return 0;
  fuzz::require(judge(pattern, stream, cuts) == judge(pattern, stream, {}), "cuts make no difference");
  return 0;
}
