// What a client may do for a while, and what an honest server answers.

#include <algorithm>

#include "tests/oracle/talk.h"

namespace oracle {

/// The server says GOT: and what it was sent.
void Talk::echo(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return answer(steps);
  const std::string request = new_request();
  const std::string frame = "GOT:" + request;
  Json expected = is_right() ? Json(frame) : Json("GOT:else");
  if (is_right() && dice_.chance(20)) expected = {{"starts_with", "GOT:"}, {"ends_with", request}};
  if (dice_.chance(10)) {
    expected = object_of(expected);
    add_extras(expected, "text");
  }
  expected = with_framing(expected);
  if (dice_.chance(50)) {
    Json exchange{{"send", send_of(request)}, {"expect", expected}};
    if (dice_.chance(15)) exchange["fresh"] = dice_.chance(50);
    steps.push_back({{"exchange", exchange}});
    return;
  }
  steps.push_back({{"send", send_of(request)}});
  steps.push_back({{"expect", expected}});
}

void Talk::answer(Json& steps) {
  const std::vector<std::string> frames = draw_frames(1, 2);
  ask(steps, frames);
  for (const std::string& frame : frames) steps.push_back({{"expect", expectation(frame)}});
}

/// A list of patterns for some frames, in their order or in another.
void Talk::several(Json& steps) {
  const std::vector<std::string> frames = draw_frames(1, 4);
  ask(steps, frames);
  Json patterns = Json::array();
  for (const std::string& frame : frames) patterns.push_back(draw_pattern(dice_, frame, is_right()));
  const bool in_order = dice_.chance(50);
  if (!in_order) {
    for (std::size_t i = patterns.size(); i > 1; --i) std::swap(patterns[i - 1], patterns[dice_.between(0, i - 1)]);
  }
  Json expected{{"mode", in_order ? "sequence" : "any_order"}, {"frames", patterns}};
  add_extras(expected, frames.back());
  steps.push_back({{"expect", with_framing(expected)}});
}

void Talk::until(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return several(steps);
  std::vector<std::string> frames = draw_frames(0, 3);
  const std::string last = "done " + std::to_string(dice_.between(1, 3));
  frames.push_back(last);
  const std::vector<std::string> behind = draw_frames(0, 1);
  frames.insert(frames.end(), behind.begin(), behind.end());
  ask(steps, frames);
  Json expected{{"mode", "until"}};
  if (is_right()) {
    expected.update(dice_.chance(50) ? Json{{"equals", last}} : Json{{"matches", "^done [0-9]$"}});
  } else {
    expected["equals"] = "never";
    expected["timeout"] = "220ms";
  }
  if (dice_.chance(15)) add_extras(expected, last);
  steps.push_back({{"expect", with_framing(expected)}});
  for (const std::string& frame : behind) steps.push_back({{"expect", expectation(frame)}});
}

void Talk::pipeline(Json& steps) {
  std::vector<std::string> frames;
  for (std::uint64_t i = dice_.between(2, 4); i > 0; --i) {
    frames.push_back(draw_text(dice_, framing_));
    ask(steps, {frames.back()});
  }
  for (const std::string& frame : frames) steps.push_back({{"expect", expectation(frame)}});
}

void Talk::counted(Json& steps) {
  const std::uint64_t count = dice_.between(2, 4);
  const std::vector<std::string> round = draw_frames(1, 2);
  std::vector<std::string> frames;
  for (std::uint64_t i = 0; i < count; ++i) frames.insert(frames.end(), round.begin(), round.end());
  Json expected;
  if (round.size() == 1) {
    expected = object_of(draw_pattern(dice_, round.front(), is_right()));
  } else {
    expected = {{"mode", dice_.chance(50) ? "sequence" : "any_order"}, {"frames", Json::array()}};
    for (const std::string& frame : round) expected["frames"].push_back(draw_pattern(dice_, frame, is_right()));
  }
  expected["count"] = is_right() ? count : count + 1;
  ask(steps, frames);
  add_extras(expected, frames.back());
  steps.push_back({{"expect", with_framing(expected)}});
}

/// The bytes of an answer in two or more pieces, without frames.
void Talk::raw(Json& steps) {
  std::string frame = draw_text(dice_, framing_);
  if (!is_text(frame) || frame.size() < 4) frame = framing_.kind == Framing::Kind::fixed ? frame : "prompt> ready";
  if (!is_text(frame) || frame.size() < 2) return answer(steps);
  ask(steps, {frame});
  std::string bytes = script_.answers
                          .at("q" + std::to_string(requests_) +
                              (framing_.kind == Framing::Kind::fixed
                                   ? std::string(framing_.size - 1 - std::to_string(requests_).size(), '_')
                                   : ""))
                          .front()
                          .bytes;
  Json patterns = Json::array();
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(bytes.size(), dice_.between(2, 12));
    patterns.push_back(draw_raw_pattern(dice_, bytes.substr(0, size), is_right()));
    bytes.erase(0, size);
  }
  if (dice_.chance(30)) {
    steps.push_back({{"expect", {{"mode", "sequence"}, {"frames", patterns}, {"framing", "raw"}}}});
    return;
  }
  for (Json& pattern : patterns) {
    pattern = object_of(pattern);
    pattern["framing"] = "raw";
    if (dice_.chance(10)) pattern["optional"] = true;
    steps.push_back({{"expect", pattern}});
  }
}

/// What may come, and does not, or something else does.
void Talk::optional(Json& steps) {
  const bool comes = dice_.chance(60);
  const std::vector<std::string> frames = draw_frames(1, 1);
  if (comes) ask(steps, frames);
  Json may_come = object_of(draw_pattern(dice_, frames.front(), dice_.chance(40)));
  may_come["optional"] = true;
  may_come["timeout"] = "180ms";
  if (dice_.chance(30)) may_come["count"] = dice_.between(2, 3);
  if (dice_.chance(15)) may_come["mode"] = "until";
  steps.push_back({{"expect", with_framing(may_come)}});
  if (comes && dice_.chance(70)) {
    Json rest = object_of(draw_pattern(dice_, frames.front(), is_right()));
    rest["optional"] = true;
    rest["timeout"] = "180ms";
    steps.push_back({{"expect", with_framing(rest)}});
  }
}

/// All of a list, or nothing of it.
void Talk::optional_list(Json& steps) {
  const std::vector<std::string> frames = draw_frames(1, 3);
  if (dice_.chance(80)) ask(steps, frames);
  Json patterns = Json::array();
  for (const std::string& frame : frames) patterns.push_back(draw_pattern(dice_, frame, is_right()));
  if (!is_right()) patterns.push_back("one more");
  if (!is_right()) patterns.insert(patterns.begin(), "another");
  Json expected{{"mode", dice_.chance(50) ? "sequence" : "any_order"}, {"frames", patterns}, {"optional", true}};
  expected["timeout"] = "260ms";
  if (dice_.chance(10)) expected["not_before"] = "20ms";
  steps.push_back({{"expect", with_framing(expected)}});
}

/// When something may come, and until when.
void Talk::timed(Json& steps) {
  static const std::vector<std::string> kNotBefore{"20ms", "60ms", "100ms"};
  static const std::vector<std::string> kTimeouts{"140ms", "220ms"};
  const std::string frame = draw_text(dice_, framing_);
  const Time after = kGrid * static_cast<Time>(is_right() ? 3 : dice_.between(0, 4));
  ask(steps, {frame});
  const std::string request = steps.back().at("send").is_string() ? steps.back().at("send").get<std::string>() : "";
  if (script_.answers.contains(request)) script_.answers[request].front().after = after;
  Json expected = object_of(draw_pattern(dice_, frame, true));
  if (dice_.chance(70)) expected["not_before"] = dice_.pick(kNotBefore);
  expected["timeout"] = dice_.pick(kTimeouts);
  if (dice_.chance(20)) expected["optional"] = true;
  steps.push_back({{"expect", with_framing(expected)}});
}

void Talk::silence(Json& steps) {
  if (!is_right()) ask(steps, draw_frames(1, 1));
  steps.push_back({{"expect_silence", {{"for", dice_.chance(50) ? "60ms" : "100ms"}}}});
}

/// A reply that is there before it is asked for.
void Talk::stale(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return answer(steps);
  const std::vector<std::string> frames = draw_frames(1, 1);
  ask(steps, frames);
  steps.push_back(pause());
  const bool is_fresh = !is_right();
  const std::string request = new_request();
  Json exchange{{"send", send_of(request)}, {"expect", expectation(frames.front())}};
  if (!is_fresh) exchange["fresh"] = false;
  steps.push_back({{"exchange", exchange}});
  steps.push_back({{"expect", with_framing("GOT:" + request)}});
}

void Talk::reconnects(Json& steps) {
  steps.push_back(pause());
  steps.push_back({{dice_.chance(60) ? "close" : "reset", Json::object()}});
  if (is_right()) steps.push_back({{"connect", Json::object()}});
  if (!script_.greeting.empty()) steps.push_back({{"expect", with_framing(Json{{"length", {{"less", 1000}}}})}});
  echo(steps);
}

void Talk::nested(Json& steps, unsigned depth) {
  Json inner = draw_episode(depth + 1);
  if (inner.empty()) return;
  switch (dice_.between(0, 3)) {
    case 0:
      steps.push_back({{"repeat", {{"times", dice_.between(1, 3)}, {"steps", inner}}}});
      return;
    case 1:
      inner.push_back(pause());
      steps.push_back({{"repeat", {{"for", "150ms"}, {"steps", inner}}}});
      return;
    default:
      break;
  }
  Json retry{{"until", inner}, {"every", "57ms"}};
  if (dice_.chance(80)) retry["times"] = dice_.between(1, 3);
  if (!retry.contains("times") || dice_.chance(15)) retry["timeout"] = "940ms";
  if (dice_.chance(30)) retry["reconnect"] = dice_.chance(70);
  steps.push_back({{"retry", retry}});
}

/// Perhaps more than one byte counts to.
void Talk::too_long(Json& steps) {
  steps.push_back({{"set", {{"long", "xxxxxxxxxx"}}}});
  steps.push_back({{"send", {{"repeat", {{"of", "${long}"}, {"count", dice_.chance(70) ? 30 : 20}}}}}});
}

/// What is seldom in a scenario.
void Talk::rare(Json& steps) {
  if (framing_.kind == Framing::Kind::length_prefix && framing_.prefix_bytes == 1 && dice_.chance(70)) {
    return too_long(steps);
  }
  switch (dice_.between(0, 6)) {
    case 0:
      if (dice_.chance(40)) steps.push_back({{"fail", "no way"}});
      return;
    case 1:
      if (dice_.chance(25)) steps.push_back({{"skip", "not today"}});
      return;
    case 2:
      // Where it can be seen to be wrong, the file is.
      if (!is_right()) steps.push_back({{"repeat", {{"times", 1}, {"steps", {{{"connect", Json::object()}}}}}}});
      return;
    case 3:
      steps.push_back({{"log", "client ${client.index} of ${client.name}, ${now_ms}"}});
      return;
    case 4:
      steps.push_back({{"sleep", {{"min", "60ms"}, {"max", "61ms"}}}});
      return;
    case 5:
      steps.push_back({{"sleep", {{"mean", "1us"}, {"distribution", "exponential"}}}});
      return;
    default:
      steps.push_back({{"sleep", "60ms"}});
  }
}

}  // namespace oracle
