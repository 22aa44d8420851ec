#pragma once

#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// Documents that differ from a right one in one place, right and wrong ones alike.

namespace client::scenario {

using Json = nlohmann::ordered_json;

struct Variant {
  std::string change;  ///< "/clients/0/count: replaced by -1"
  Json document;
};

/// `document` itself, and with each of its values replaced by many others, and each key left out, renamed, and joined
/// by others.
std::vector<Variant> variants_of(const Json& document);

/// The same, but only at places of a kind that is not among `kinds` yet, to which it is added: under other keys.
std::vector<Variant> variants_of(const Json& document, std::set<std::string>& kinds);

}  // namespace client::scenario
