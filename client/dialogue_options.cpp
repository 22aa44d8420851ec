// What is said and what has to come in return, from --send, --expect and their like, as the steps of a scenario.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/dialogue.h"
#include "text/utf8.h"

namespace client {

namespace {

using command_line::Given;
using command_line::Words;
using Json = nlohmann::ordered_json;

constexpr std::string_view kSend = "--send";
constexpr std::string_view kExpect = "--expect";
constexpr std::string_view kExpectMatches = "--expect-matches";
constexpr std::string_view kExpectContains = "--expect-contains";
constexpr std::string_view kFraming = "--framing";
constexpr std::string_view kEol = "--eol";

bool is_send(const Given& given) { return given.option == kSend; }

bool is_expect(const Given& given) {
  return given.option == kExpect || given.option == kExpectMatches || given.option == kExpectContains;
}

std::string hex_digits(std::string_view bytes) {
  std::string digits;
  for (const char byte : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

/// A text, or where JSON cannot hold it, its bytes under `key`.
Json text_or_bytes(const std::string& text, const char* key) {
  return text::is_utf8(text) ? Json(text) : Json{{key, hex_digits(text)}};
}

Json sent(const Given& given) { return text_or_bytes(given.value, "hex"); }

Json expected(const Given& given) {
  if (given.option == kExpect) return expected_text(given.value);
  return {{given.option == kExpectMatches ? "matches" : "contains", given.value}};
}

/// Makes steps, and notes what each was made of.
class Steps {
 public:
  Steps(CommandLineText& line, std::string pointer, std::size_t first)
      : line_(line), pointer_(std::move(pointer)), next_(first) {}

  void add_send(std::size_t number) {
    line_.add_part(step_pointer() + "/send", number);
    add({{"send", sent(line_.given()[number])}});
    ++unanswered_;
  }
  void add_expect(std::size_t number) {
    line_.add_part(step_pointer() + "/expect", number);
    add({{"expect", expected(line_.given()[number])}});
    if (unanswered_ > 0) --unanswered_;
  }
  /// What fails in it is mostly the answer.
  void add_exchange(std::size_t send, std::size_t expect) {
    line_.add_part(step_pointer() + "/exchange", expect);
    line_.add_part(step_pointer() + "/exchange/send", send);
    add({{"exchange", {{"send", sent(line_.given()[send])}, {"expect", expected(line_.given()[expect])}}}});
  }

  /// Whether all has been answered: what is sent now may demand that nothing is unread.
  bool is_answered() const { return unanswered_ == 0; }

  Json take() { return std::move(steps_); }

 private:
  std::string step_pointer() const { return fmt::format("{}/{}", pointer_, next_); }
  void add(Json step) {
    steps_.push_back(std::move(step));
    ++next_;
  }

  CommandLineText& line_;
  std::string pointer_;
  std::size_t next_;
  std::size_t unanswered_ = 0;
  Json steps_ = Json::array();
};

}  // namespace

void add_dialogue_options(CLI::App& app) {
  constexpr const char* kGroup = "What is said";
  const auto add_text = [&app](std::string_view name, const char* about) {
    app.add_option_function<Words>(
           std::string(name), [](const Words&) {}, about)
        ->allow_extra_args(false)
        ->type_name("TEXT")
        ->group(kGroup);
  };
  // Their values are taken from the command line itself, where they stand in order.
  add_text(kSend, "send this, with the end of a line");
  add_text(kExpect, "the next line has to be this");
  add_text(kExpectContains, "it has to have this in it");
  add_text(kExpectMatches, "it has to match this regular expression (RE2)");
  app.add_option_function<std::string>(
         std::string(kEol), [](const std::string&) {}, "what ends a line: lf, crlf or none (lf)")
      ->take_last()
      ->type_name("END")
      ->group(kGroup);
  app.add_option_function<std::string>(
         std::string(kFraming), [](const std::string&) {},
         "what an answer is: line, raw, or as scenarios have it, as in\n" "{\"length_prefix\": {\"bytes\": 4}} (line)")
      ->take_last()
      ->type_name("FRAMING")
      ->group(kGroup);
  app.add_flag(kAllowExtra)->description("more may have come at the end than was expected")->group(kGroup);
}

bool has_dialogue(const CommandLineText& line) {
  return std::ranges::any_of(line.given(), [](const Given& given) { return is_send(given) || is_expect(given); });
}

bool has_expectation(const CommandLineText& line) { return std::ranges::any_of(line.given(), is_expect); }

std::string mistake_in_dialogue(const CommandLineText& line) {
  for (const Given& given : line.given()) {
    if (is_expect(given) && given.option != kExpect && !text::is_utf8(given.value)) {
      return fmt::format("{} takes UTF-8", given.option);
    }
    const bool is_json = given.option == kFraming && given.value.starts_with('{');
    if (is_json && !Json::accept(given.value)) return "--framing: what begins with { is JSON, and this is not";
  }
  return {};
}

Json expected_text(const std::string& text) { return text_or_bytes(text, "bytes"); }

void add_framing(Json& scenario, CommandLineText& line) {
  for (const Given& given : line.given()) {
    const bool is_json = given.value.starts_with('{');
    if (given.option == kEol) scenario["eol"] = given.value;
    if (given.option == kFraming) scenario["framing"] = is_json ? Json::parse(given.value) : Json(given.value);
  }
  line.add_part_of("/eol", kEol);
  line.add_part_of("/framing", kFraming);
}

Dialogue dialogue_steps(CommandLineText& line, const std::string& pointer, std::size_t first) {
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < line.given().size(); ++i) {
    if (is_send(line.given()[i]) || is_expect(line.given()[i])) numbers.push_back(i);
  }
  Steps steps(line, pointer, first);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool is_followed_by_answer = i + 1 < numbers.size() && is_expect(line.given()[numbers[i + 1]]);
    if (is_expect(line.given()[numbers[i]])) {
      steps.add_expect(numbers[i]);
    } else if (is_followed_by_answer && steps.is_answered()) {
      steps.add_exchange(numbers[i], numbers[i + 1]);
      ++i;
    } else {
      steps.add_send(numbers[i]);
    }
  }
  return {.steps = steps.take(), .last = numbers.empty() ? 0 : numbers.back()};
}

GeneratedScenario generated(const Json& scenario, const CommandLineText& line) {
  // A word that is not UTF-8 is refused as something else.
  return {.text = scenario.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", .origin = line.origin()};
}

}  // namespace client
