#include "client/scenario/workload_reader.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "client/scenario/decimal.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::scenario {

namespace {

constexpr std::size_t kMaxShown = 60;  // In bytes.
constexpr std::uint64_t kMaxDepth = 10'000;

void read_rate_as(Reader& reader, const Cursor& at, std::expected<double, std::string> (*parse)(std::string_view),
                  double& out) {
  if (at.node.kind != Node::Kind::string) return reader.wrong(at, "a rate with its unit, as in \"1000/s\"");
  const auto text = read_text(reader, at);
  if (!text) return;
  const auto rate = parse(*text);
  if (!rate) return reader.error(at, fmt::format("bad rate {}: {}", text::quote(*text, kMaxShown), rate.error()));
  out = *rate;
}

// --- Load

/// Nothing, noted, when it is none.
std::optional<Load::Model> model_of(Reader& reader, const Cursor& load) {
  constexpr std::array<std::string_view, 2> kModels{"closed", "open"};
  const Member* model = load.find("model");
  if (model == nullptr) return Load::Model::closed;
  const auto index = read_word(reader, load.member(*model), kModels);
  if (!index) return std::nullopt;
  return *index == 0 ? Load::Model::closed : Load::Model::open;
}

void read_arrival(Reader& reader, const Cursor& at, Load& out) {
  using enum load::Arrival;
  constexpr auto kArrivals = std::to_array<Choice<load::Arrival>>({{"constant", constant}, {"poisson", poisson}});
  read_choice(reader, at, kArrivals, out.arrival);
}

void read_stage(Reader& reader, const Cursor& at, load::Stage& out) {
  constexpr auto kFields = std::to_array<Field<load::Stage>>({
      {"rate", [](Reader& r, const Cursor& value, load::Stage& stage) { read_rate_or_none(r, value, stage.rate); }},
      positive<&load::Stage::duration>("for"),
  });
  read_object(reader, at, kFields, out);
  reader.require(at, "rate");
  reader.require(at, "for");
}

void read_stages(Reader& reader, const Cursor& at, Load& out) {
  if (!is_filled_list(reader, at, "stage")) return;
  for (std::size_t i = 0; i < at.node.elements.size(); ++i)
    read_stage(reader, at.element(i), out.stages.emplace_back());
}

/// "first", or a share as in "1%".
void read_verify(Reader& reader, const Cursor& at, Load& out) {
  constexpr std::string_view kWanted = R"("all", "first" or a share as in "1%")";
  if (at.node.kind != Node::Kind::string) return reader.wrong(at, kWanted);
  const auto text = read_text(reader, at);
  if (!text || *text == "all") return;
  if (*text == "first") {
    out.verifies_first_only = true;
    return;
  }
  constexpr double kAll = 100;  // Percent.
  const auto percent = text->ends_with('%') ? Decimal::parse(text->substr(0, text->size() - 1)) : std::nullopt;
  if (!percent || percent->to_double() <= 0 || percent->to_double() > kAll) {
    return reader.error(at, fmt::format("{} must be {}, not {}", at.name(), kWanted, text::quote(*text, kMaxShown)));
  }
  out.verified_share = percent->to_double() / kAll;
}

void read_find_max(Reader& reader, const Cursor& at, Load& out) {
  constexpr auto kFields = std::to_array<Field<FindMax>>({
      {"from", [](Reader& r, const Cursor& value, FindMax& search) { read_rate(r, value, search.from); }},
      {"to", [](Reader& r, const Cursor& value, FindMax& search) { read_rate(r, value, search.to); }},
      positive<&FindMax::duration>("for"),
  });
  FindMax& search = out.find_max.emplace();
  read_object(reader, at, kFields, search);
  const bool is_whole = reader.require(at, "from") && reader.require(at, "to") && reader.require(at, "for");
  if (is_whole && search.from >= search.to) reader.error(at, "\"from\" must be less than \"to\"");
}

constexpr auto kLoadFields = std::to_array<Field<Load>>({
    {"model", [](Reader&, const Cursor&, Load&) {}},
    field<&Load::warmup>("warmup"),
    positive<&Load::duration>("duration"),
    {"depth", [](Reader& r, const Cursor& at, Load& out) { read_whole_number(r, at, 1, kMaxDepth, out.depth); }},
    {"rate", [](Reader& reader, const Cursor& at, Load& out) { read_rate_or_none(reader, at, out.rate); }},
    {"arrival", read_arrival},
    {"stages", read_stages},
    {"max_in_flight",
     [](Reader& reader, const Cursor& at, Load& out) { read_value(reader, at, out.max_in_flight.emplace()); }},
    field<&Load::grace>("grace"),
    {"verify", read_verify},
    {"find_max", read_find_max},
});

bool has(const Cursor& at, std::string_view key) { return at.find(key) != nullptr; }

/// What only one of the models has, or only one of two says.
void check_keys_of_model(Reader& reader, const Cursor& at, const Load& load) {
  constexpr auto kOpenOnly =
      std::to_array<std::string_view>({"rate", "arrival", "stages", "max_in_flight", "grace", "find_max"});
  if (load.model == Load::Model::closed) {
    for (const std::string_view key : kOpenOnly) {
      const Member* member = at.find(key);
      if (member != nullptr) reader.error_at_key(at, *member, fmt::format(R"("{}" is for "model": "open")", key));
    }
    reader.require(at, "duration");
    return;
  }
  if (has(at, "find_max")) {
    if (has(at, "rate") || has(at, "stages") || has(at, "duration")) {
      reader.error(at, R"("find_max" says which rates there are, and for how long: no "rate", "stages" or "duration")");
    }
    return;
  }
  if (has(at, "duration") == has(at, "stages")) {
    return reader.error(at, R"(an open load has either "duration" or "stages")");
  }
  if (has(at, "duration")) reader.require(at, "rate");
}

// --- Groups

/// The first step that cannot be under load, those in others included; null when there is none.
const Step* find_step(const Steps& steps, bool (*is_wanted)(const Step&)) {
  for (const Step& step : steps) {
    if (is_wanted(step)) return &step;
    const Steps* inner = inner_steps(step);
    if (const Step* found = inner != nullptr ? find_step(*inner, is_wanted) : nullptr) return found;
  }
  return nullptr;
}

bool is_barrier(const Step& step) { return std::holds_alternative<Barrier>(step.action); }

void error_at(Reader& reader, const Place& place, std::string message) { reader.errors.add(place, std::move(message)); }

}  // namespace

void read_rate(Reader& reader, const Cursor& at, double& out) { read_rate_as(reader, at, text::parse_rate, out); }

void read_rate_or_none(Reader& reader, const Cursor& at, double& out) {
  read_rate_as(reader, at, text::parse_rate_or_none, out);
}

void read_value(Reader& reader, const Cursor& at, Load& out) {
  const std::size_t errors_before = reader.errors.size();
  read_object(reader, at, kLoadFields, out);
  if (at.node.kind != Node::Kind::object) return;
  const auto model = model_of(reader, at);
  if (!model) return;
  out.model = *model;
  check_keys_of_model(reader, at, out);
  if (out.stages.empty()) {
    out.stages.push_back({.rate = out.rate, .duration = out.duration});
  } else {
    if (!has(at, "rate")) out.rate = out.stages.front().rate;
    for (const load::Stage& stage : out.stages) out.duration += stage.duration;
  }
  const bool is_whole = reader.errors.size() == errors_before;
  const bool starts_none =
      out.rate == 0 && std::ranges::all_of(out.stages, [](const load::Stage& stage) { return stage.rate == 0; });
  if (is_whole && out.model == Load::Model::open && !out.find_max && starts_none) {
    reader.error(at, "at 0/s throughout, nothing would ever start");
  }
}

void check_groups_under_load(Reader& reader, const Load& load, const std::vector<Group>& groups) {
  for (const Group& group : groups) {
    if (group.steps.empty()) continue;
    if (const Step* step = find_step(group.steps, is_barrier)) {
      error_at(reader, step->place, "under load nobody waits for others: no barrier");
    }
    if (group.iterations > 1 || group.start_after > Duration::zero()) {
      error_at(reader, group.place,
               R"(under load the "load" says how often and when: no "iterations", no "start_after")");
    }
    if (load.depth > 1 && !can_be_pipelined(group)) {
      error_at(reader, group.place,
               "with a \"depth\" above 1 the steps can only be exchanges of one whole frame each, without captures, "
               "\"chunks\", \"not_before\" and \"message_rate\", on one connection per client");
    }
  }
}

}  // namespace client::scenario
