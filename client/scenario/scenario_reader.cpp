#include "client/scenario/scenario_reader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "client/scenario/barriers.h"
#include "client/scenario/framing_reader.h"
#include "client/scenario/reader.h"
#include "client/scenario/step_reader.h"
#include "client/scenario/threshold_reader.h"
#include "client/scenario/workload_reader.h"
#include "scheduler/address.h"
#include "text/escape.h"
#include "transports/url.h"

namespace client::scenario {

namespace {

constexpr std::string_view kDefaultTarget = "tcp://localhost:25000";
constexpr std::size_t kMaxVariables = 1000;
constexpr std::size_t kMaxName = 200;   // In bytes; what Variables counts for ${client.name}.
constexpr std::size_t kMaxShown = 120;  // In bytes.

Group group_by_default() {
  Group group;
  group.target.url = Template(std::string(kDefaultTarget));
  group.connect_timeout = std::chrono::seconds(10);
  group.step_timeout = std::chrono::seconds(5);
  group.client_timeout = std::chrono::minutes(1);
  group.max_buffer = std::uint64_t{1} << 20;
  return group;
}

// --- What files and groups have in common

void read_variable(Reader& reader, const Cursor& object, const Member& member) {
  if (!reader.check_variable_name(member.key, member.key_extent, object.pointer())) return;
  const Cursor at = object.member(member);
  const auto define = [&](std::string_view value) { reader.define(at, member.key, value); };
  switch (at.node.kind) {
    case Node::Kind::boolean:
      return define(at.node.boolean ? "true" : "false");
    case Node::Kind::number:
    case Node::Kind::string:
      return define(at.node.text);
    case Node::Kind::null:
    case Node::Kind::list:
    case Node::Kind::object:
      break;
  }
  reader.wrong(at, "a string, a number, true or false");
}

void read_variables(Reader& reader, const Cursor& at) {
  if (!is_object(reader, at)) return;
  if (at.node.members.size() > kMaxVariables) {
    return reader.error(at, fmt::format("there can be {} variables at most", kMaxVariables));
  }
  for (const Member& member : at.node.members) {
    if (!member.key.starts_with("x-")) read_variable(reader, at, member);
  }
}

/// What is wrong with a URL to connect to; nothing when it is good.
std::string url_error(const std::string& text) {
  const auto url = transport::parse_url(text);
  if (!url) return url.error();
  if (url->scheme != transport::Scheme::tcp) return {};
  if (url->host == "*") return "* is every interface, which only a server listens on; name one host";
  if (url->port == 0) return "port 0 is any free port, which only a server listens on; name the port";
  return {};
}

void read_url(Reader& reader, const Cursor& at, Target& out) {
  if (!read_template(reader, at, Changing::per_client, out.url)) return;
  out.place = reader.place(at);
  if (!out.url.is_constant()) return;
  const std::string error = url_error(out.url.constant());
  if (!error.empty()) {
    reader.error(at, fmt::format("bad target {}: {}", text::quote(out.url.constant(), kMaxShown), error));
  }
}

void read_source(Reader& reader, const Cursor& at, Target& out) {
  const auto address = read_text(reader, at);
  if (!address) return;
  if (!sched::Address::ip(*address, 0)) {
    reader.error(at, fmt::format("bad source {}: it is an IPv4 or IPv6 address of this machine, as in \"127.0.0.2\"",
                                 text::quote(*address, kMaxShown)));
  }
  out.source = *address;
}

void read_target(Reader& reader, const Cursor& at, Group& out) {
  constexpr auto kFields = std::to_array<Field<Target>>({{"url", read_url}, {"source", read_source}});
  out.target.source.reset();
  out.target.is_named = true;
  if (at.node.kind == Node::Kind::string) return read_url(reader, at, out.target);
  if (at.node.kind != Node::Kind::object) return reader.wrong(at, "a URL or an object with \"url\"");
  read_object(reader, at, kFields, out.target);
  reader.require(at, "url");
}

// --- A group

void read_group_name(Reader& reader, const Cursor& at, Group& out) {
  read_value(reader, at, out.name);
  if (out.name.size() > kMaxName) reader.error(at, fmt::format("a name has {} bytes at most", kMaxName));
}

void read_connection(Reader& reader, const Cursor& at, Group& out) {
  using enum ConnectionMode;
  constexpr auto kModes = std::to_array<Choice<ConnectionMode>>(
      {{"per_client", per_client}, {"per_iteration", per_iteration}, {"manual", manual}});
  read_choice(reader, at, kModes, out.connection);
}

/// Steps are read with what the group says, wherever in the object it says it.
void read_steps(Reader& reader, const Cursor& at, Group& out) {
  reader.group = out;
  read_value(reader, at, out.steps);
  out.captures_frames = reader.group.captures_frames;
}

constexpr auto kGroupFields = std::to_array<Field<Group>>({
    {"name", read_group_name},
    {"variables", [](Reader& reader, const Cursor& at, Group&) { read_variables(reader, at); }},
    {"target", read_target},
    field<&Group::framing>("framing"),
    {"eol", [](Reader& reader, const Cursor& at, Group& out) { read_value(reader, at, out.framing.eol); }},
    field<&Group::count>("count"),
    field<&Group::iterations>("iterations"),
    field<&Group::allow_extra>("allow_extra"),
    field<&Group::start_after>("start_after"),
    {"connect_rate", [](Reader& reader, const Cursor& at, Group& out) { read_rate(reader, at, out.connect_rate); }},
    {"message_rate", [](Reader& reader, const Cursor& at, Group& out) { read_rate(reader, at, out.message_rate); }},
    {"connection", read_connection},
    {"steps", read_steps},
});

bool connects(const Steps& steps) {
  return std::ranges::any_of(steps, [](const Step& step) {
    const Steps* inner = inner_steps(step);
    return std::holds_alternative<Connect>(step.action) || (inner != nullptr && connects(*inner));
  });
}

/// Notes a connect that always finds a connection there, as far as the steps are done one after the other.
void check_connects(Reader& reader, const Steps& steps, bool is_connected, std::string_view help) {
  if (!reader.errors.empty()) return;  // What else is wrong may be why.
  for (const Step& step : steps) {
    const auto* connect = std::get_if<Connect>(&step.action);
    if (inner_steps(step) != nullptr || std::holds_alternative<Skip>(step.action)) return;
    if (connect != nullptr && is_connected) {
      return reader.errors.add(step.place, fmt::format("the client is connected here already; {}", help));
    }
    if (connect != nullptr) is_connected = !connect->expect_error;
    if (std::holds_alternative<Close>(step.action) || std::holds_alternative<Reset>(step.action)) is_connected = false;
  }
}

Group read_group(Reader& reader, const Cursor& at, const Group& common) {
  Group group = common;
  group.place = reader.place(at);
  group.name = fmt::format("group{}", at.index);
  if (group.target.place.line == 0) group.target.place = group.place;
  reader.variables.enter_group();
  read_object(reader, at, kGroupFields, group);
  reader.require(at, "steps");
  if (group.connection == ConnectionMode::manual && !group.steps.empty() && !connects(group.steps)) {
    reader.error(at.member(*at.find("connection")),
                 R"(with "connection": "manual" nothing connects but a connect step; add { "connect": {} })");
  }
  const bool is_manual = group.connection == ConnectionMode::manual;
  check_connects(reader, group.steps, !is_manual,
                 is_manual ? "close first" : R"(leave this out, or give the group "connection": "manual")");
  return group;
}

// --- A file

struct Draft {
  Scenario scenario;
  Group common = group_by_default();
};

void read_seed(Reader& reader, const Cursor& at, Draft& out) {
  std::uint64_t seed = 0;
  read_whole_number(reader, at, 0, std::numeric_limits<std::uint64_t>::max(), seed);
  out.scenario.seed = seed;
  reader.variables.set_seed(seed);
}

void read_defaults(Reader& reader, const Cursor& at, Draft& out) {
  constexpr auto kFields = std::to_array<Field<Group>>({
      positive<&Group::connect_timeout>("connect_timeout"),
      positive<&Group::step_timeout>("timeout"),
      positive<&Group::client_timeout>("client_timeout"),
      {"max_buffer", [](Reader& r, const Cursor& value, Group& group) { read_size(r, value, group.max_buffer); }},
      field<&Group::allow_extra>("allow_extra"),
  });
  read_object(reader, at, kFields, out.common);
}

void read_clients(Reader& reader, const Cursor& at, Draft& out) {
  if (!is_filled_list(reader, at, "group of clients")) return;
  std::map<std::string, std::uint32_t> lines;
  for (std::size_t i = 0; i < at.node.elements.size() && !reader.errors.full(); ++i) {
    const Cursor element = at.element(i);
    Group group = read_group(reader, element, out.common);
    const auto [first, is_new] = lines.emplace(group.name, group.place.line);
    if (!is_new) {
      const Member* name = element.find("name");
      reader.error(name != nullptr ? element.member(*name) : element,
                   fmt::format("the group in line {} is called {}, too; give each a name of its own", first->second,
                               text::quote(group.name, kMaxShown)));
    }
    out.scenario.groups.push_back(std::move(group));
  }
}

/// Steps of one client of its own.
Group read_single(Reader& reader, const Cursor& at, const Draft& draft, std::string name) {
  Group group = draft.common;
  group.name = std::move(name);
  group.place = reader.place(at);
  if (group.target.place.line == 0) group.target.place = group.place;
  reader.is_alone = true;
  read_steps(reader, at, group);
  reader.is_alone = false;
  check_connects(reader, group.steps, true, "leave this out: it connects by itself, before its first step");
  return group;
}

void read_setup(Reader& reader, const Cursor& at, Draft& out) {
  out.scenario.setup = read_single(reader, at, out, "setup");
}

void read_teardown(Reader& reader, const Cursor& at, Draft& out) {
  reader.variables.leave_groups();
  out.scenario.teardown = read_single(reader, at, out, "teardown");
}

void read_thresholds(Reader& reader, const Cursor& at, Draft& out) {
  read_value(reader, at, out.scenario.thresholds);
  if (!out.scenario.load) reader.error(at, "thresholds are for a scenario with \"load\"");
}

constexpr auto kNothing = [](Reader&, const Cursor&, Draft&) {};

constexpr auto kFileFields = std::to_array<Field<Draft>>({
    {"$schema", kNothing},
    {"name", [](Reader& reader, const Cursor& at, Draft& out) { read_value(reader, at, out.scenario.name); }},
    {"seed", read_seed},
    {"variables", [](Reader& reader, const Cursor& at, Draft&) { read_variables(reader, at); }},
    {"description", [](Reader& r, const Cursor& at, Draft& out) { read_value(r, at, out.scenario.description); }},
    {"tags", [](Reader& reader, const Cursor& at, Draft& out) { read_value(reader, at, out.scenario.tags); }},
    {"target", [](Reader& reader, const Cursor& at, Draft& out) { read_target(reader, at, out.common); }},
    {"framing", [](Reader& reader, const Cursor& at, Draft& out) { read_value(reader, at, out.common.framing); }},
    {"eol", [](Reader& reader, const Cursor& at, Draft& out) { read_value(reader, at, out.common.framing.eol); }},
    {"defaults", read_defaults},
    {"setup", read_setup},
    {"clients", read_clients},
    {"teardown", read_teardown},
    {"load", [](Reader& r, const Cursor& at, Draft& out) { read_value(r, at, out.scenario.load.emplace()); }},
    {"thresholds", read_thresholds},
});

}  // namespace

Scenario read_scenario(const SourceFile& source, const Node& root, const LoadOptions& options, DiagnosticList& errors) {
  Variables variables(options.variables, options.seed, options.environment);
  Reader reader{.source = source, .errors = errors, .variables = variables};
  Draft draft;
  draft.scenario.name = source.path() == kStandardInput ? "stdin" : std::filesystem::path(source.path()).stem();
  const Cursor file{root};
  read_object(reader, file, kFileFields, draft);
  reader.require(file, "clients");
  if (draft.scenario.load) check_groups_under_load(reader, *draft.scenario.load, draft.scenario.groups);
  if (draft.scenario.load) {
    check_thresholds(reader, draft.scenario.thresholds, *draft.scenario.load, draft.scenario.groups);
  }
  if (draft.scenario.load && draft.scenario.load->find_max) reader.require(file, "thresholds");
  // What else is wrong may be why.
  if (errors.empty()) check_barriers(draft.scenario, errors);
  draft.scenario.variables = variables.names_set_by_steps();
  draft.scenario.defined.assign(variables.defined().begin(), variables.defined().end());
  draft.scenario.given.assign(variables.fixed_in_use().begin(), variables.fixed_in_use().end());
  if (options.target) point_to(draft.scenario, *options.target);
  return std::move(draft.scenario);
}

}  // namespace client::scenario
