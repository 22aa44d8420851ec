#include "tests/unit/client/scenario/schema/variants.h"

#include <algorithm>
#include <utility>

namespace client::scenario {

namespace {

using Pointer = Json::json_pointer;

/// Values of every type, in and out of every range, and texts of every form that is read as something.
const Json& replacements() {
  static const Json values = Json::parse(R"([
    null, true, false, 0, 1, 2, 3, -1, 1.5, 1.0, 1e3, 201, 16777217, 1000000000, 1000000001, 1000000000000001,
    9007199254740993, 18446744073709551615, -9223372036854775808, 1e300,
    "", "a", "x-a", "5", "5s", "5 s", "-5s", "+5s", ".5h", "5.us", "1e3s", "1.5KiB", "64KiB", "64 KiB", "1kb",
    "lf", "LF", "line", "raw", "next", "sequence", "until", "manual", "reset", "big", "exponential",
    "47 4f54", "474", "4 7", "R09U", "R09UOg==", "R09U=", "R09UOg=", "true",
    "${seed}", "${nobody}", "a${seed}b", "${seed", "$${", "$", "$$${seed}", "tcp://localhost:1", "unix:/a", "http://a:1",
    "127.0.0.1", "iteration", "(", [], {}, [[]], ["a"], [1], [1, 2], [2, 1], ["a", "b"],
    {"a": 1}, {"x-a": 1}, {"min": "1s", "max": "2s"}, {"equals": "a"}, {"url": "tcp://localhost:1"},
    {"close": {}}, [{"close": {}}], {"fixed": 1}, {"text": "a"}, {"a": {}}
  ])");
  return values;
}

void collect(const Json& value, const Pointer& at, std::vector<Pointer>& out) {
  out.push_back(at);
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) collect(member, at / key, out);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, out);
  }
}

/// The last two keys of the pointer.
std::string kind_of(Pointer pointer) {
  std::string kind;
  for (int keys = 0; keys < 2 && !pointer.empty(); pointer.pop_back()) {
    const bool is_index = pointer.back().find_first_not_of("0123456789") == std::string::npos;
    kind += "/" + (is_index ? "" : pointer.back());
    keys += is_index ? 0 : 1;
  }
  return kind;
}

class Variants {
 public:
  explicit Variants(const Json& document) : document_(document) { out_.push_back({"unchanged", document}); }

  void change(const Pointer& at) {
    for (const Json& value : replacements()) {
      add(at, "replaced by " + value.dump()) = value;
    }
    const Json& value = document_[at];
    if (value.is_object()) change_keys(at, value);
    if (value.is_array() && !value.empty()) {
      add(at, "without its first element").erase(0);
      Json& doubled = add(at, "with its first element twice");
      doubled.push_back(value[0]);
    }
  }

  std::vector<Variant> take() { return std::move(out_); }

 private:
  /// The value at `at` in a new variant.
  Json& add(const Pointer& at, const std::string& change) {
    out_.push_back({at.to_string() + ": " + change, document_});
    return out_.back().document[at];
  }

  void change_keys(const Pointer& at, const Json& object) {
    const Json extra =
        Json::parse(R"({"unknown": 1, "x-known": [{}], "close": {}, "send": "a", "equals": "a", "mode": "sequence",
      "frames": ["a"], "times": 2, "for": "1s", "timeout": "1s", "min": "1s", "mean": "1s", "text": "a", "hex": "47",
      "chunk_delay": "1s", "fixed": 2, "framing": "raw", "connection": "manual", "length": 1, "": 1})");
    for (const auto& [key, value] : extra.items()) {
      if (!object.contains(key)) add(at, "with the key " + key)[key] = value;
    }
    for (const auto& [key, value] : object.items()) {
      add(at, "without the key " + key).erase(key);
      Json& renamed = add(at, "the key " + key + " renamed");
      renamed.erase(key);
      renamed[key + "s"] = value;
    }
  }

  const Json& document_;
  std::vector<Variant> out_;
};

}  // namespace

std::vector<Variant> variants_of(const Json& document) {
  std::vector<Pointer> pointers;
  collect(document, Pointer(), pointers);
  Variants variants(document);
  for (const Pointer& at : pointers) variants.change(at);
  return variants.take();
}

std::vector<Variant> variants_of(const Json& document, std::set<std::string>& kinds) {
  std::vector<Pointer> pointers;
  collect(document, Pointer(), pointers);
  Variants variants(document);
  for (const Pointer& at : pointers) {
    if (kinds.insert(kind_of(at)).second) variants.change(at);
  }
  return variants.take();
}

}  // namespace client::scenario
