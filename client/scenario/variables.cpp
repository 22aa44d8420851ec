#include "client/scenario/variables.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "text/escape.h"
#include "text/suggestion.h"
#include "text/units.h"

namespace client::scenario {

namespace {

using Reference = Template::Reference;
using Part = Template::Part;

constexpr std::size_t kMaxShownName = 60;  // In bytes.
constexpr std::size_t kMaxErrors = 20;     // Of one string.

struct BuiltIn {
  std::string_view name;
  Reference reference;
  Changing changing;
  std::size_t longest;  // In bytes, once it is filled in.
};

// `seed` is known before the run, so that it is no reference.
constexpr std::array kBuiltIns{
    BuiltIn{"client.index", Reference::client_index, Changing::per_client, 20},
    BuiltIn{"client.name", Reference::client_name, Changing::per_client, 200},
    BuiltIn{"iteration", Reference::iteration, Changing::per_client, 20},
    BuiltIn{"now_ms", Reference::now_ms, Changing::at_each_use, 20},
    BuiltIn{"uuid", Reference::uuid, Changing::at_each_use, 36},
};
constexpr std::string_view kSeed = "seed";
constexpr std::string_view kEnvironment = "env:";
constexpr std::string_view kRandom = "random:";

Part literal(std::string text) { return {.reference = Reference::literal, .literal = std::move(text), .number = 0}; }

/// What a part counts toward kMaxExpanded: what it takes as it is or filled in.
std::size_t cost(const Part& part) {
  if (part.reference == Reference::literal) return part.literal.size();
  if (part.reference == Reference::random_text) return sizeof(Part) + part.number;
  if (part.reference == Reference::value) return sizeof(Part);  // What it comes to is bounded when it is set.
  return sizeof(Part) + std::ranges::find(kBuiltIns, part.reference, &BuiltIn::reference)->longest;
}

Changing changing(const Part& part) {
  if (part.reference == Reference::literal) return Changing::none;
  if (part.reference == Reference::random_text) return Changing::at_each_use;
  if (part.reference == Reference::value) return Changing::per_client;
  return std::ranges::find(kBuiltIns, part.reference, &BuiltIn::reference)->changing;
}

std::vector<Part> random_text(std::string_view length, std::string& error) {
  std::uint32_t characters = 0;
  const auto [end, status] = std::from_chars(length.data(), length.data() + length.size(), characters);
  const bool is_number = status == std::errc() && end == length.data() + length.size();
  if (is_number && characters > 0 && characters <= Variables::kMaxRandom) {
    return {{.reference = Reference::random_text, .literal = {}, .number = characters}};
  }
  error = fmt::format("${{random:N}} gives N letters and digits, from 1 to {}", Variables::kMaxRandom);
  return {};
}

/// The beginning of a string, up to where a ${ begins or ends.
struct Piece {
  std::size_t size = 0;                       // In bytes, in the string.
  std::string_view text;                      // What it stands for, when it is no reference.
  std::optional<std::string_view> reference;  // What is between ${ and }.
  std::string error;
};

Piece first_piece(std::string_view rest) {
  const std::size_t dollar = std::min(rest.find('$'), rest.size());
  if (dollar > 0) return {.size = dollar, .text = rest.substr(0, dollar), .reference = {}, .error = {}};
  if (rest.starts_with("$${")) return {.size = 3, .text = rest.substr(1, 2), .reference = {}, .error = {}};
  if (!rest.starts_with("${")) return {.size = 1, .text = rest.substr(0, 1), .reference = {}, .error = {}};
  const std::size_t close = rest.find('}');
  if (close != std::string_view::npos) {
    return {.size = close + 1, .text = {}, .reference = rest.substr(2, close - 2), .error = {}};
  }
  return {.size = rest.size(), .text = {}, .reference = {}, .error = "this ${ has no }; a plain ${ is written $${"};
}

std::string why_not(Changing part, Changing allowed) {
  if (part == Changing::at_each_use && allowed == Changing::per_client) {
    return "is another text each time it is used; it can stand only in what is sent, set or logged";
  }
  return "is not known before the run; here only variables, env:NAME and seed can stand";
}

}  // namespace

Variables::Variables(const std::map<std::string, std::string>& fixed, std::uint64_t seed, Environment environment)
    : seed_(seed), environment_(std::move(environment)) {
  for (const auto& [name, value] : fixed) fixed_[name] = {literal(value)};
}

void Variables::enter_group() {
  group_.clear();
  in_group_ = true;
}

void Variables::leave_groups() {
  group_.clear();
  in_group_ = false;
}

void Variables::define(std::string name, std::string_view value, std::vector<TemplateError>& errors) {
  Parts parts = parse(value, Changing::per_client, errors);
  defined_.insert(name);
  (in_group_ ? group_ : file_)[std::move(name)] = std::move(parts);
}

std::optional<std::uint32_t> Variables::set_by_step(const std::string& name) {
  const auto place = std::ranges::find(set_by_steps_, name) - set_by_steps_.begin();
  Part value{.reference = Reference::value, .literal = {}, .number = static_cast<std::uint32_t>(place)};
  if (const Parts* known = find(name)) {
    const bool is_the_same =
        known->size() == 1 && known->front().reference == Reference::value && known->front().number == value.number;
    return is_the_same ? std::optional(value.number) : std::nullopt;
  }
  if (place == std::ssize(set_by_steps_)) set_by_steps_.push_back(name);
  (in_group_ ? group_ : file_)[name] = {value};
  return value.number;
}

Template Variables::compile(std::string_view text, Changing allowed, std::vector<TemplateError>& errors) {
  return Template(parse(text, allowed, errors));
}

bool Variables::is_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.empty() || is_digit(name.front()) || name == kSeed) return false;
  return std::ranges::all_of(name, [&](char c) { return is_letter(c) || is_digit(c); }) &&
         std::ranges::find(kBuiltIns, name, &BuiltIn::name) == kBuiltIns.end();
}

/// Appends, unless that would take more than a file may.
void Variables::add(Parts& parts, Part part) {
  expanded_ += cost(part);
  if (expanded_ > kMaxExpanded) return;
  const bool joins = part.reference == Reference::literal && !parts.empty() && parts.back().reference == part.reference;
  if (joins) {
    parts.back().literal += part.literal;
  } else {
    parts.push_back(std::move(part));
  }
}

Variables::Parts Variables::parse(std::string_view text, Changing allowed, std::vector<TemplateError>& errors) {
  Parts parts;
  if (expanded_ > kMaxExpanded) return parts;  // It has been told.
  for (std::size_t at = 0; at < text.size() && errors.size() < kMaxErrors;) {
    const Piece piece = first_piece(text.substr(at));
    std::string error = piece.error;
    if (!piece.reference) {
      add(parts, literal(std::string(piece.text)));
    } else if (const auto resolved = resolve(*piece.reference, allowed, error)) {
      for (const Part& part : *resolved) add(parts, part);
    }
    if (!error.empty()) errors.push_back({at, piece.size, std::move(error)});
    at += piece.size;
  }
  if (expanded_ > kMaxExpanded) {
    errors.push_back({0, text.size(),
                      fmt::format("the strings of a file take {} at most with their ${{…}} filled in",
                                  text::format_size(kMaxExpanded))});
  }
  return parts;
}

std::optional<Variables::Parts> Variables::resolve(std::string_view name, Changing allowed, std::string& error) {
  Parts parts;
  if (fixed_.contains(name)) fixed_in_use_.emplace(name);
  if (const Parts* variable = find(name)) {
    parts = *variable;
  } else if (const auto* const built_in = std::ranges::find(kBuiltIns, name, &BuiltIn::name);
             built_in != kBuiltIns.end()) {
    parts = {{.reference = built_in->reference, .literal = {}, .number = 0}};
  } else if (name == kSeed) {
    parts = {literal(std::to_string(seed_))};
  } else if (name.starts_with(kRandom)) {
    parts = random_text(name.substr(kRandom.size()), error);
  } else if (name.starts_with(kEnvironment)) {
    parts = environment(name.substr(kEnvironment.size()), error);
  } else {
    error = unknown(name);
  }
  for (const Part& part : parts) {
    if (changing(part) <= allowed) continue;
    error = fmt::format("{} {}", text::quote(fmt::format("${{{}}}", name), kMaxShownName),
                        why_not(changing(part), allowed));
  }
  if (!error.empty()) return std::nullopt;
  return parts;
}

Variables::Parts Variables::environment(std::string_view name, std::string& error) const {
  const auto value = environment_ ? environment_(std::string(name)) : std::nullopt;
  if (value) return {literal(*value)};
  error = fmt::format("the environment variable {} is not set", text::quote(name, kMaxShownName));
  return {};
}

const Variables::Parts* Variables::find(std::string_view name) const {
  for (const Scope* scope : {&fixed_, &group_, &file_}) {
    if (const auto found = scope->find(name); found != scope->end()) return &found->second;
  }
  return nullptr;
}

std::string Variables::unknown(std::string_view name) const {
  std::vector<std::string_view> known{kSeed, "random:N"};
  for (const BuiltIn& built_in : kBuiltIns) known.push_back(built_in.name);
  for (const Scope* scope : {&fixed_, &group_, &file_}) {
    for (const auto& [defined, parts] : *scope) known.push_back(defined);
  }
  std::string hint = text::did_you_mean(name, known);
  // A word of one: "env", "index", "client".
  for (const std::string_view whole : {"env:NAME", "client.index", "client.name"}) {
    const bool is_part = whole.starts_with(fmt::format("{}:", name)) || whole.starts_with(fmt::format("{}.", name)) ||
                         whole.ends_with(fmt::format(".{}", name));
    if (is_part && hint.empty()) hint = fmt::format(", did you mean \"{}\"?", whole);
  }
  return fmt::format(
      "unknown variable {}{}", text::quote(name, kMaxShownName),
      hint.empty() ? "; variables are defined before they are used, in \"variables\" or with --var" : hint);
}

}  // namespace client::scenario
