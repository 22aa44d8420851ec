#include "tests/oracle/lies.h"

#include <algorithm>
#include <array>

namespace oracle {

namespace {

using Kind = Action::Kind;

/// What is said last; nullptr when nothing is.
Action* last_said(Answer& answer) {
  const auto found = std::ranges::find(answer.actions.rbegin(), answer.actions.rend(), Kind::say, &Action::kind);
  return found == answer.actions.rend() ? nullptr : &*found;
}

Action* first_said(Answer& answer) {
  const auto found = std::ranges::find(answer.actions, Kind::say, &Action::kind);
  return found == answer.actions.end() ? nullptr : &*found;
}

void say_behind(Answer& answer, std::string bytes, Time after = 0) {
  answer.actions.push_back({.after = after, .kind = Kind::say, .bytes = std::move(bytes)});
}

void then(Answer& answer, Kind kind, Time after = 0) { answer.actions.push_back({.after = after, .kind = kind}); }

std::string framed(const Answer& answer, const std::string& text) {
  return enclosed(framing_of(answer.script.framing, answer.script.eol), text);
}

/// Where the frame's own bytes end: in front of what ends it.
std::size_t end_of_content(const Answer& answer, const std::string& bytes) {
  const Framing framing = framing_of(answer.script.framing, answer.script.eol);
  const bool has_end = framing.kind == Framing::Kind::ended_by && bytes.ends_with(framing.ending);
  return bytes.size() - (has_end ? framing.ending.size() : 0);
}

void wrong_byte(Answer& answer) {
  Action* said = last_said(answer);
  if (said == nullptr) return;
  const std::size_t end = end_of_content(answer, said->bytes);
  if (end > 0) said->bytes[end - 1] = said->bytes[end - 1] == 'X' ? 'Y' : 'X';
}

void wrong_first_byte(Answer& answer) {
  Action* said = first_said(answer);
  if (said != nullptr && !said->bytes.empty()) said->bytes[0] = said->bytes[0] == 'g' ? 'G' : 'g';
}

void missing_byte(Answer& answer) {
  Action* said = last_said(answer);
  if (said == nullptr) return;
  const std::size_t end = end_of_content(answer, said->bytes);
  if (end > 0) said->bytes.erase(end - 1, 1);
}

void byte_too_many(Answer& answer) {
  if (Action* said = last_said(answer)) said->bytes.insert(end_of_content(answer, said->bytes), "+");
}

void doubled(Answer& answer) {
  if (const Action* said = last_said(answer)) say_behind(answer, said->bytes);
}

void doubled_later(Answer& answer) {
  if (const Action* said = last_said(answer)) say_behind(answer, said->bytes, kGrid);
}

void missing(Answer& answer) {
  const Action* said = last_said(answer);
  if (said != nullptr) answer.actions.erase(answer.actions.begin() + (said - answer.actions.data()));
}

void swapped(Answer& answer) {
  Action* first = first_said(answer);
  Action* last = last_said(answer);
  if (first != last) return std::swap(first->bytes, last->bytes);
  *answer.held = std::exchange(answer.actions, {});
}

void late(Answer& answer) {
  if (!answer.actions.empty()) answer.actions.front().after += 9 * kGrid;
}

void slow(Answer& answer) {
  Actions pieces;
  for (Action& action : answer.actions) {
    const std::size_t half = action.bytes.size() / 2;
    if (action.kind == Kind::say && half > 0) {
      pieces.push_back({.after = action.after, .kind = Kind::say, .bytes = action.bytes.substr(0, half)});
      action.bytes.erase(0, half);
      action.after = kGrid;
    }
    pieces.push_back(action);
  }
  answer.actions = std::move(pieces);
}

/// What is answered to the first request that is known comes before it.
void early(Answer& answer) {
  if (!answer.script.answers.empty()) {
    for (const Action& action : answer.script.answers.begin()->second) answer.actions.push_back(action);
  } else {
    say_behind(answer, framed(answer, "GOT:q"));
  }
}

void of_another_client(Answer& answer) {
  const auto& answers = answer.script.answers;
  const auto other = std::ranges::find_if(answers, [&](const auto& entry) { return entry.first != answer.request; });
  if (other != answers.end()) {
    answer.actions = other->second;
  } else {
    answer.actions = {{.bytes = framed(answer, "GOT:another")}};
  }
}

void truncated_then_fin(Answer& answer) {
  if (Action* said = last_said(answer)) said->bytes.resize((said->bytes.size() + 1) / 2);
  then(answer, Kind::fin);
}

void reset_in_the_middle(Answer& answer) {
  if (Action* said = last_said(answer)) said->bytes.resize(said->bytes.size() / 2);
  then(answer, Kind::reset, kGrid);
}

void reset_instead(Answer& answer) { answer.actions = {{.after = kGrid, .kind = Kind::reset}}; }
void reset_behind(Answer& answer) { then(answer, Kind::reset, kGrid); }
void reset_after_the_handshake(Answer& answer) { answer.actions = {{.kind = Kind::reset}}; }
void fin_after_the_handshake(Answer& answer) { then(answer, Kind::fin); }
void fin_instead(Answer& answer) { answer.actions = {{.kind = Kind::fin}}; }
void fin_behind(Answer& answer) { then(answer, Kind::fin); }
void close_instead(Answer& answer) { answer.actions = {{.kind = Kind::close}}; }
void close_behind(Answer& answer) { then(answer, Kind::close); }
void fin_and_reset(Answer& answer) {
  then(answer, Kind::fin);
  then(answer, Kind::reset, kGrid);
}

void never_answers(Answer& answer) {
  answer.actions.clear();
  *answer.is_silent = true;
}

void half_a_frame_that_never_ends(Answer& answer) {
  if (Action* said = last_said(answer)) said->bytes.resize(end_of_content(answer, said->bytes));
  if (Action* said = last_said(answer); said != nullptr && !said->bytes.empty()) said->bytes.pop_back();
  *answer.is_silent = true;
}

void extra_frame(Answer& answer) { say_behind(answer, framed(answer, "extra")); }
void extra_frame_at_the_end(Answer& answer) {
  answer.actions.insert(answer.actions.begin(), {.kind = Kind::say, .bytes = framed(answer, "extra")});
}
void unfinished_frame_behind(Answer& answer) { say_behind(answer, "ext"); }
void extra_frame_later(Answer& answer) { say_behind(answer, framed(answer, "extra"), kGrid); }
void extra_frame_in_front(Answer& answer) {
  answer.actions.insert(answer.actions.begin(), {.kind = Kind::say, .bytes = framed(answer, "extra")});
}

void carriage_return_added(Answer& answer) {
  if (Action* said = last_said(answer)) said->bytes.insert(end_of_content(answer, said->bytes), "\r");
}

void empty_frame_added(Answer& answer) { say_behind(answer, framed(answer, "")); }
void garbage_behind(Answer& answer) { say_behind(answer, std::string("\xff\0\x01garbage", 10)); }

void endless_line(Answer& answer) { answer.actions = {{.bytes = std::string(6000, 'x')}}; }
void endless_lines(Answer& answer) {
  std::string lines;
  for (int i = 0; i < 600; ++i) lines += framed(answer, "endless");
  say_behind(answer, lines);
}

void announces_too_much(Answer& answer) {
  const Framing framing = framing_of(answer.script.framing, answer.script.eol);
  const bool counts = framing.kind == Framing::Kind::length_prefix;
  answer.actions = {{.bytes = std::string(counts ? framing.prefix_bytes : 1, '\x7f')}};
}

void other_letters(Answer& answer) {
  Action* said = last_said(answer);
  if (said == nullptr) return;
  for (char& c : said->bytes) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

void only_the_request(Answer& answer) { answer.actions = {{.bytes = framed(answer, answer.request)}}; }
void closes_late(Answer& answer) {
  if (!answer.actions.empty()) answer.actions.front().after += 9 * kGrid;
}
void never_closes(Answer& answer) { answer.actions.clear(); }
void resets_at_the_end(Answer& answer) { answer.actions = {{.kind = Kind::reset}}; }

using When = Lie::When;
constexpr auto kLies = std::to_array<Lie>({
    {"wrong_byte", When::answering, wrong_byte},
    {"wrong_first_byte", When::answering, wrong_first_byte},
    {"missing_byte", When::answering, missing_byte},
    {"byte_too_many", When::answering, byte_too_many},
    {"doubled", When::answering, doubled},
    {"doubled_later", When::answering, doubled_later},
    {"missing", When::answering, missing},
    {"swapped", When::answering, swapped},
    {"late", When::answering, late},
    {"slow", When::answering, slow},
    {"of_another_client", When::answering, of_another_client},
    {"truncated_then_fin", When::answering, truncated_then_fin},
    {"reset_in_the_middle", When::answering, reset_in_the_middle},
    {"reset_instead", When::answering, reset_instead},
    {"reset_behind", When::answering, reset_behind},
    {"fin_instead", When::answering, fin_instead},
    {"fin_behind", When::answering, fin_behind},
    {"fin_and_reset", When::answering, fin_and_reset},
    {"close_instead", When::answering, close_instead},
    {"close_behind", When::answering, close_behind},
    {"never_answers", When::answering, never_answers},
    {"half_a_frame_that_never_ends", When::answering, half_a_frame_that_never_ends},
    {"extra_frame", When::answering, extra_frame},
    {"extra_frame_later", When::answering, extra_frame_later},
    {"extra_frame_in_front", When::answering, extra_frame_in_front},
    {"unfinished_frame_behind", When::answering, unfinished_frame_behind},
    {"carriage_return_added", When::answering, carriage_return_added},
    {"empty_frame_added", When::answering, empty_frame_added},
    {"garbage_behind", When::answering, garbage_behind},
    {"endless_line", When::answering, endless_line},
    {"endless_lines", When::answering, endless_lines},
    {"announces_too_much", When::answering, announces_too_much},
    {"other_letters", When::answering, other_letters},
    {"only_the_request", When::answering, only_the_request},
    {"early", When::connecting, early},
    {"reset_after_the_handshake", When::connecting, reset_after_the_handshake},
    {"fin_after_the_handshake", When::connecting, fin_after_the_handshake},
    {"closes_late", When::ending, closes_late},
    {"never_closes", When::ending, never_closes},
    {"resets_at_the_end", When::ending, resets_at_the_end},
    {"extra_frame_at_the_end", When::ending, extra_frame_at_the_end},
    {"refuses", When::never, nullptr},
    {"takes_nobody", When::never, nullptr},
    {"does_not_read", When::never, nullptr},
});

}  // namespace

std::span<const Lie> lies() { return kLies; }

const Lie* find_lie(std::string_view name) {
  const auto* found = std::ranges::find(kLies, name, &Lie::name);
  return found == kLies.end() ? nullptr : &*found;
}

}  // namespace oracle
