// What a client may do with variables.

#include "tests/oracle/talk.h"

namespace oracle {

void Talk::values(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return answer(steps);
  const std::string name = "v" + std::to_string(++variables_);
  switch (dice_.between(0, 3)) {
    case 0:
      steps.push_back({{"set", {{name, "client ${client.index}"}}}});
      steps.push_back({{"exchange",
                        {{"send", send_of("${" + name + "}")},
                         {"expect", with_framing(is_right() ? "GOT:${" + name + "}" : "GOT:client")}}}});
      return;
    case 1:
      steps.push_back({{"set", {{name, 12}}}});
      steps.push_back({{"assert", {{"of", "${" + name + "}"}, {"between", {1, is_right() ? 100 : 11}}}}});
      return;
    case 2:
      steps.push_back({{"set", {{name, "12345678901234567890123"}}}});
      steps.push_back({{"assert",
                        {{"of", is_right() ? "12345678901234567890123" : "12345678901234567890124"},
                         {"between", {"${" + name + "}", "${" + name + "}"}}}}});
      return;
    default:
      steps.push_back({{"set", {{name, is_right() ? "8" : "9"}}}});
      ask(steps, {"12345678"});
      steps.push_back({{"expect", with_framing({{"length", "${" + name + "}"}})}});
  }
}

/// What breaks what it is put into.
void Talk::bad_values(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return answer(steps);
  const std::string name = "v" + std::to_string(++variables_);
  const std::string reference = "${" + name + "}";
  ask(steps, draw_frames(1, 1));
  const bool is_good = dice_.chance(60);
  Json pattern;
  std::string value;
  switch (dice_.between(0, 3)) {
    case 0:
      value = is_good ? ".*" : "x(";
      pattern["matches"] = reference;
      break;
    case 1:
      value = is_good ? "1000" : dice_.chance(50) ? "-1" : "1.5";
      pattern["length"] = {{"less", reference}};
      break;
    case 2:
      value = is_good ? "-1e30" : dice_.chance(50) ? "much" : "";
      pattern["not"] = {{"less", reference}};
      break;
    default:
      value = is_good ? "1e30" : "1 2";
      pattern["any"] = Json::array({{{"length", {{"less", 1000}}}}, {{"between", {0, reference}}}});
  }
  if (dice_.chance(20)) pattern = {{"not", {{"not", pattern}}}};
  if (!is_good && dice_.chance(30)) {
    // It has none at all: the step that gives it one comes later in a repetition, or not with this branch.
    steps.push_back({{"expect", with_framing({{"matches", "^(?s:.)*(?P<" + name + ">Z)?$"}})}});
    steps.push_back({{"assert", {{"of", "text"}, {"equals", reference}}}});
    return;
  }
  steps.push_back({{"set", {{name, value}}}});
  if (dice_.chance(25))
    pattern = {{"mode", "sequence"}, {"frames", Json::array({draw_pattern(dice_, "x", true), pattern})}};
  if (dice_.chance(20)) pattern["optional"] = true;
  steps.push_back({{"expect", with_framing(pattern)}});
}

void Talk::captures(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return answer(steps);
  const std::string name = "v" + std::to_string(++variables_);
  const std::string other = "v" + std::to_string(++variables_);
  const std::string reference = "${" + name + "}";
  const std::string frame = "token " + std::to_string(dice_.between(10, 99)) + ";ok";
  const std::uint64_t kind = dice_.between(0, 4);
  const std::vector<std::string> frames =
      kind == 4 ? std::vector<std::string>{"token 5", "first", frame} : std::vector<std::string>{frame};
  ask(steps, frames);
  if (kind == 0) {
    steps.push_back({{"expect", with_framing({{"matches", "token (?P<" + name + ">[0-9]+)(?P<" + other + ">x)?"}})}});
  } else if (kind == 1) {
    steps.push_back({{"expect", with_framing({{"starts_with", "token"}, {"capture", name}})}});
  } else if (kind == 2) {
    steps.push_back(
        {{"expect", with_framing({{"starts_with", "token"}, {"capture", {{name, {{"matches", "([0-9]+)"}}}}}})}});
  } else if (kind == 3) {
    steps.push_back({{"expect", with_framing(frame)}});
    steps.push_back({{"capture", {{name, {{"matches", dice_.chance(75) ? "[0-9]+" : "[A-Z]+"}}}}}});
    steps.push_back({{"capture", {{other, {{"from", reference + "!"}}}}}});
    steps.push_back({{"assert", {{"of", "${" + other + "}"}, {"ends_with", "!"}}}});
  } else {
    Json expected{{"mode", "sequence"},
                  {"frames", Json::array({{{"starts_with", "token"}}, "first", {{"starts_with", "token"}}})}};
    expected["capture"] = {{name, {{"matches", "[0-9]+"}}}};
    steps.push_back({{"expect", with_framing(expected)}});
    steps.push_back({{"assert", {{"of", reference}, {"not_equals", "5"}}}});
  }
  const std::string used = kind == 0 && !is_right() ? "${" + other + "}" : reference;
  steps.push_back({{"exchange", {{"send", send_of("t" + used)}, {"expect", with_framing("GOT:t" + used)}}}});
}

/// Frames that come in some order, each of which gives a variable its value.
void Talk::named_groups(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return answer(steps);
  const std::string name = "v" + std::to_string(++variables_);
  const std::string other = "v" + std::to_string(++variables_);
  ask(steps, {"token " + std::to_string(dice_.between(10, 99)), "key " + std::to_string(dice_.between(1, 9)), "end"});
  Json patterns = Json::array({{{"matches", "^token (?P<" + name + ">[0-9]+)$"}}, is_right() ? "end" : "the end"});
  // One that matches the token, too, has to leave it.
  patterns.push_back({{"matches", (dice_.chance(80) ? "^key" : "^[a-z]+") + (" (?P<" + other + ">[0-9]+)(x)?$")}});
  if (dice_.chance(50)) std::swap(patterns[0], patterns[dice_.between(1, 2)]);
  steps.push_back({{"expect", with_framing({{"mode", "any_order"}, {"frames", patterns}})}});
  const std::string used = "${" + name + "}/${" + other + "}";
  steps.push_back({{"exchange", {{"send", send_of("t" + used)}, {"expect", with_framing("GOT:t" + used)}}}});
}

/// A regular expression that is known when it is used, for bytes without frames.
void Talk::raw_values(Json& steps) {
  if (framing_.kind != Framing::Kind::ended_by) return answer(steps);
  static const std::vector<std::string> kGood{"do+r", "^open (?:the )?door", "[^ ]+ d.*r", "(?i)DOOR", "\\x{6f}r"};
  static const std::vector<std::string> kBad{"door$", "\\bdoor", "door\\z", "do\\Bor", "d(", ""};
  const std::string name = "v" + std::to_string(++variables_);
  steps.push_back({{"set", {{name, is_right() ? dice_.pick(kGood) : dice_.pick(kBad)}}}});
  ask(steps, {"open door 12"});
  Json pattern{{"matches", "${" + name + "}"}, {"framing", "raw"}};
  if (dice_.chance(15)) pattern["optional"] = true;
  if (dice_.chance(15)) pattern["capture"] = "v" + std::to_string(++variables_);
  steps.push_back({{"expect", pattern}});
  steps.push_back({{"expect", with_framing(" 12")}});
}

/// A client that is skipped while it tries something.
void Talk::skips(Json& steps) {
  Json inner = Json::array();
  answer(inner);
  if (dice_.chance(60)) inner.push_back({{"skip", "enough"}});
  if (!is_right()) inner.push_back({{"fail", "not yet"}});
  Json retry{{"until", inner}, {"every", "57ms"}, {"times", dice_.between(1, 3)}};
  if (dice_.chance(30)) retry["reconnect"] = true;
  steps.push_back({{"retry", retry}});
}

void Talk::random_texts(Json& steps) {
  if (framing_.kind == Framing::Kind::fixed) return answer(steps);
  const std::string name = "v" + std::to_string(++variables_);
  switch (dice_.between(0, 2)) {
    case 0:
      steps.push_back({{"set", {{name, "${random:8}"}}}});
      steps.push_back(
          {{"exchange", {{"send", send_of("${" + name + "}")}, {"expect", with_framing("GOT:${" + name + "}")}}}});
      return;
    case 1:
      steps.push_back({{"exchange",
                        {{"send", send_of("r${uuid}")},
                         {"expect", with_framing({{"starts_with", "GOT:r"}, {"length", is_right() ? 41 : 40}})}}}});
      return;
    default:
      if (framing_.kind != Framing::Kind::length_prefix) return echo(steps);
      steps.push_back(
          {{"exchange",
            {{"send", {{"random", 16}}}, {"expect", {{"starts_with", "GOT:"}, {"length", is_right() ? 20 : 21}}}}}});
  }
}

}  // namespace oracle
