// How a client expects frames, in the judge's head: "The rules of matching" of docs/scenarios.md.

#include <algorithm>
#include <set>
#include <utility>

#include "tests/oracle/client.h"

namespace oracle {

/// How far an expect has come.
struct Client::Matching {
  Json what;  ///< the value of the step, an object
  Framing framing;
  std::string mode;
  Json patterns;  ///< a list
  std::uint64_t count = 1;
  Time start = 0;
  Time own_deadline = 0;
  Time not_before = 0;
  bool is_optional = false;

  std::uint64_t rounds = 0;            ///< of `count`
  std::vector<std::string> seen = {};  ///< frames of this round
  std::uint64_t matched = 0;           ///< of all rounds
  bool skipped_rest = false;           ///< the last frame of the stream was passed over

  bool may_pass_by() const { return is_optional && matched == 0; }
  const Json& next_pattern() const { return patterns.at(mode == "sequence" ? seen.size() : 0); }
};

namespace {

/// The ways to give each of these frames a pattern of its own: which groups the last one gets in them.
void give(const std::vector<std::string>& frames, const Json& patterns, std::vector<bool>& is_taken, std::size_t first,
          const Values& values, std::set<Groups>& ways) {
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    Groups groups;
    if (is_taken[i] || !holds(patterns.at(i), frames[first], values, groups)) continue;
    if (first + 1 == frames.size()) {
      ways.insert(std::move(groups));
      continue;
    }
    is_taken[i] = true;
    give(frames, patterns, is_taken, first + 1, values, ways);
    is_taken[i] = false;
  }
}

}  // namespace

Passed Client::expect(const Json& value, Time start) {
  const Json what = value.is_string() ? Json{{"equals", value}} : value;
  Matching matching{.what = what,
                    .framing = framing_of(group_.framing, group_.eol),
                    .mode = what.value("mode", "next"),
                    .patterns = what.contains("frames") ? what.at("frames") : Json::array({what}),
                    .count = what.value("count", std::uint64_t{1}),
                    .start = start,
                    .own_deadline = start + group_.timeout,
                    .is_optional = what.value("optional", false)};
  if (what.contains("framing")) matching.framing = framing_of(what.at("framing"), group_.eol);
  if (what.contains("timeout")) matching.own_deadline = start + duration_of(what.at("timeout"));
  if (what.contains("not_before")) matching.not_before = duration_of(what.at("not_before"));
  if (const Passed sensible = check_sense(matching); !sensible) return sensible;
  if (const Passed passed = expect_frames(matching); !passed) return passed;
  if (matching.matched == 0 || !what.contains("capture")) return {};
  return capture(what.at("capture"));
}

/// All of them before anything is compared; and where a frame of a sequence may have changed a value, the next one.
Passed Client::check_sense(const Matching& matching) const {
  const bool is_raw = matching.framing.kind == Framing::Kind::raw;
  Sense sense = Sense::good;
  for (std::size_t i = 0; i < matching.patterns.size() && sense == Sense::good; ++i) {
    if (!matching.seen.empty() && (matching.mode != "sequence" || i != matching.seen.size())) continue;
    sense = sense_of(matching.patterns.at(i), values_, is_raw);
  }
  if (sense == Sense::good) return {};
  return fail(sense == Sense::no_value ? "no_value" : "bad_value");
}

Passed Client::expect_frames(Matching& matching) {
  const Time deadline = std::min(matching.own_deadline, limit_);
  wire_->advance(now_);
  for (;;) {
    const bool was_over = is_over();
    const auto taken = take_frame(matching);
    if (!taken) return std::unexpected(taken.error());
    if (*taken == Taken::left) return {};
    if (matching.rounds == matching.count) return {};
    if (*taken == Taken::matched) {
      if (const Passed sensible = check_sense(matching); !sensible) return sensible;
    }
    if (was_over && *taken != Taken::nothing) doubt("more comes at once than may be unread, and is taken");
    if (*taken != Taken::nothing) continue;
    const auto size = announced(matching.framing, wire_->unread());
    if (is_over() || size.value_or(0) > group_.max_buffer) return fail("overflow");
    if (wire_->ended()) return on_end(matching);
    if (wait_for_arrival(deadline) == Woken::by_arrival) continue;
    doubt_when_near(matching.own_deadline, limit_, "a step's time ends as the client's does");
    if (matching.may_pass_by() && matching.own_deadline < limit_) return {};
    return fail("timeout");
  }
}

/// The peer's end has come, and no frame is left.
Passed Client::on_end(const Matching& matching) {
  if (matching.may_pass_by()) return {};
  if (wire_->ended() == Wire::End::reset) return fail("reset");
  return fail(matching.skipped_rest || !wire_->unread().empty() ? "truncated" : "closed");
}

std::expected<Client::Taken, Stop> Client::take_frame(Matching& matching) {
  if (matching.framing.kind == Framing::Kind::raw) return take_raw(matching);
  const bool has_fin = wire_->ended() == Wire::End::fin;
  const auto cut = first_frame(matching.framing, wire_->unread(), has_fin);
  if (!cut) return Taken::nothing;
  return take(matching, cut->frame, cut->taken, cut->is_rest);
}

std::expected<Client::Taken, Stop> Client::take_raw(Matching& matching) {
  const auto is_beyond_ascii = [](char byte) { return static_cast<unsigned char>(byte) > 0x7f; };
  const Json& pattern = matching.next_pattern();
  if (pattern.is_object() && pattern.contains("matches") && std::ranges::any_of(pattern.dump(), is_beyond_ascii) &&
      std::ranges::any_of(wire_->unread(), is_beyond_ascii)) {
    doubt("what is no UTF-8 may stand in a stream beside characters that are looked for");
  }
  const auto size = raw_size(matching.next_pattern(), wire_->unread(), values_);
  if (!size) return Taken::nothing;
  if (*size == 0) return fail("bad_value");
  return take(matching, wire_->unread().substr(0, *size), *size, false);
}

std::expected<Client::Taken, Stop> Client::take(Matching& matching, const std::string& frame, std::size_t size,
                                                bool is_rest) {
  Groups groups;
  // Under load the others only have to be frames, but for those that are found by comparing.
  const bool is_compared =
      matching.mode == "any_order" || matching.mode == "until" || matching.framing.kind == Framing::Kind::raw;
  const bool is_on_trust = verifies_first_only_ && replies_ > 0 && !is_compared;
  if (matching.mode == "any_order") {
    std::vector<std::string> frames = matching.seen;
    frames.push_back(frame);
    std::vector<bool> is_taken(matching.patterns.size());
    std::set<Groups> ways;
    give(frames, matching.patterns, is_taken, 0, values_, ways);
    if (ways.empty()) return refuse(matching, frame, size, is_rest);
    if (ways.size() > 1) doubt("which of the patterns a frame has got matters");
    groups = *ways.begin();
  } else if (!is_on_trust && !holds(matching.next_pattern(), frame, values_, groups)) {
    return refuse(matching, frame, size, is_rest);
  }
  if (matching.not_before > 0) {
    doubt_when_near(now_, matching.start + matching.not_before, "a frame comes as it may");
    if (now_ < matching.start + matching.not_before) return fail("too_soon");
  }
  wire_->take(size);
  last_frame_ = frame;
  for (const auto& [name, part] : groups) {
    values_.own.erase(name);
    if (part) values_.own[name] = *part;
  }
  ++matching.matched;
  if (is_measured_ && messages_++ == 0) first_message_ = now_;
  ++replies_;
  matching.seen.push_back(frame);
  if (matching.seen.size() == matching.patterns.size()) {
    matching.seen.clear();
    ++matching.rounds;
  }
  return Taken::matched;
}

/// A frame does not match.
std::expected<Client::Taken, Stop> Client::refuse(Matching& matching, const std::string& frame, std::size_t size,
                                                  bool is_rest) {
  if (matching.mode == "until") {
    wire_->take(size);
    matching.skipped_rest |= is_rest;
    return Taken::skipped;
  }
  if (matching.may_pass_by()) return Taken::left;
  if (!is_rest) return fail("mismatch");
  const bool is_whole_stream = matching.framing.kind == Framing::Kind::whole_stream;
  return is_whole_stream && !frame.empty() ? fail_as({"mismatch", "truncated"}) : fail("truncated");
}

}  // namespace oracle
