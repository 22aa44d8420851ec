#include "tests/oracle/talk.h"

#include <algorithm>

#include "tests/oracle/encoding.h"

namespace oracle {

Talk::Talk(Dice& dice, Script& script, Manner manner)
    : dice_(dice),
      script_(script),
      manner_(std::move(manner)),
      framing_(framing_of(script.framing, script.eol)),
      is_plain_(manner_.framing == script.framing && manner_.eol == script.eol) {}

std::string Talk::new_request() {
  std::string text = "q" + std::to_string(++requests_);
  if (framing_.kind == Framing::Kind::fixed) {
    text.resize(framing_.size, '_');
  } else if (manner_.has_siblings && dice_.chance(30)) {
    text += ".${client.index}";
  } else if (dice_.chance(20)) {
    text += ".${iteration}";
  }
  return text;
}

Json Talk::send_of(const std::string& text) {
  if (!is_plain_) return {{"text", text}, {"eol", "lf"}};
  return dice_.chance(30) ? send_in_a_form(text) : Json(text);
}

Json Talk::send_in_a_form(const std::string& text) {
  Json form;
  const bool is_constant = !text.contains("${");
  switch (dice_.between(0, 3)) {
    case 0:
      form = is_constant ? Json{{"hex", hex_of(text)}} : Json{{"text", text}};
      break;
    case 1:
      form = is_constant ? Json{{"base64", base64_of(text)}} : Json{{"text", text}};
      break;
    case 2:
      form["repeat"] = {{"of", text}, {"count", 1}};
      break;
    default:
      form["text"] = text;
  }
  if (dice_.chance(40)) {
    form["chunks"] = Json::array({dice_.between(1, 3)});
    if (dice_.chance(50)) form["chunks"].push_back(1);
    if (dice_.chance(50)) form["chunk_delay"] = "13ms";
  }
  return form;
}

Actions Talk::answers_of(const std::vector<std::string>& frames) {
  Actions actions;
  for (const std::string& frame : frames) {
    const Time after = dice_.chance(25) ? kGrid * static_cast<Time>(dice_.between(1, 2)) : 0;
    actions.push_back({.after = after, .kind = Action::Kind::say, .bytes = bytes_of(frame)});
  }
  return actions;
}

std::vector<std::string> Talk::draw_frames(std::uint64_t least, std::uint64_t most) {
  std::vector<std::string> frames(dice_.between(least, most));
  for (std::string& frame : frames) frame = draw_text(dice_, framing_);
  return frames;
}

Json Talk::object_of(Json pattern) { return pattern.is_string() ? Json{{"equals", std::move(pattern)}} : pattern; }

Json Talk::with_framing(Json expected) {
  if (is_plain_) return expected;
  expected = object_of(std::move(expected));
  expected["framing"] = {{"delimiter", "\n"}};
  return expected;
}

void Talk::add_extras(Json& expected, const std::string& frame) {
  static const std::vector<std::string> kTimeouts{"180ms", "260ms", "420ms"};
  if (dice_.chance(15)) expected["timeout"] = dice_.pick(kTimeouts);
  if (dice_.chance(5)) expected["optional"] = true;
  if (dice_.chance(5) && is_text(frame)) expected["capture"] = "v" + std::to_string(++variables_);
}

Json Talk::expectation(const std::string& frame) {
  Json expected = draw_pattern(dice_, frame, is_right());
  if (dice_.chance(25)) {
    expected = object_of(std::move(expected));
    add_extras(expected, frame);
  }
  return with_framing(std::move(expected));
}

std::string Talk::ask(Json& steps, const std::vector<std::string>& frames) {
  std::string request = "q" + std::to_string(++requests_);
  if (framing_.kind == Framing::Kind::fixed) request.resize(framing_.size, '_');
  script_.answers[request] = answers_of(frames);
  steps.push_back({{"send", send_of(request)}});
  return request;
}

Json Talk::draw_greeting() {
  Json steps = Json::array();
  const std::string frame = draw_text(dice_, framing_);
  script_.greeting = answers_of({frame});
  steps.push_back({{"expect", expectation(frame)}});
  return steps;
}

Json Talk::draw_beginning() {
  Json steps = Json::array();
  if (!manner_.is_manual) return steps;
  Json connect = Json::object();
  if (dice_.chance(30)) connect["timeout"] = "700ms";
  if (dice_.chance(40)) connect["retry"] = {{"times", dice_.between(1, 5)}, {"every", "110ms"}};
  if (manner_.wrong_percent > 0 && dice_.chance(10)) connect["expect_error"] = "refused";
  steps.push_back({{"connect", connect}});
  return steps;
}

Json Talk::draw_ending() {
  Json steps = Json::array();
  switch (dice_.between(0, 9)) {
    case 0:
    case 1: {
      steps.push_back({{"shutdown", Json::object()}});
      static const std::vector<std::string> kHow{"fin", "fin", "any", "reset"};
      Json close = Json::object();
      if (dice_.chance(50)) close["how"] = dice_.chance(85) ? "fin" : dice_.pick(kHow);
      if (dice_.chance(30)) close["timeout"] = "260ms";
      steps.push_back({{"expect_close", close}});
      break;
    }
    case 2:
      steps.push_back({{"close", Json::object()}});
      break;
    case 3:
      steps.push_back({{"reset", Json::object()}});
      break;
    case 4:
      steps.push_back({{"expect_silence", {{"for", "60ms"}}}});
      break;
    case 5:
      if (!is_right()) steps.push_back({{"expect_close", {{"timeout", "180ms"}}}});
      break;
    default:
      break;
  }
  return steps;
}

Json Talk::draw_load() {
  Json steps = Json::array({pause()});
  for (std::uint64_t i = dice_.between(1, 2); i > 0; --i) {
    switch (dice_.between(0, 3)) {
      case 0:
        answer(steps);
        break;
      case 1:
        several(steps);
        break;
      default:
        echo(steps);
    }
  }
  // Whether what is optional has come is compared even where nothing else is.
  for (Json& step : steps) {
    if (step.contains("expect") && step.at("expect").is_object()) step["expect"].erase("optional");
  }
  return steps;
}

Json Talk::draw_episode(unsigned depth) {
  static const std::vector<std::pair<unsigned, Draw>> kEpisodes{
      {22, &Talk::echo},         {14, &Talk::answer},  {10, &Talk::several},     {6, &Talk::until},
      {6, &Talk::pipeline},      {4, &Talk::counted},  {7, &Talk::raw},          {4, &Talk::optional},
      {3, &Talk::optional_list}, {4, &Talk::timed},    {3, &Talk::silence},      {3, &Talk::values},
      {3, &Talk::bad_values},    {4, &Talk::captures}, {3, &Talk::random_texts}, {4, &Talk::stale},
      {2, &Talk::reconnects},    {3, &Talk::rare},     {2, &Talk::named_groups}, {2, &Talk::raw_values},
      {1, &Talk::skips}};
  Json steps = Json::array();
  if (depth < 2 && dice_.chance(12)) {
    nested(steps, depth);
    return steps;
  }
  unsigned sum = 0;
  for (const auto& [weight, draw] : kEpisodes) sum += weight;
  std::uint64_t at = dice_.between(0, sum - 1);
  for (const auto& [weight, draw] : kEpisodes) {
    if (at < weight) {
      (this->*draw)(steps);
      break;
    }
    at -= weight;
  }
  return steps;
}

}  // namespace oracle
