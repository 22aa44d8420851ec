#include "client/scenario/step_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/scenario/framing_reader.h"
#include "client/scenario/pattern_reader.h"
#include "client/scenario/send_reader.h"
#include "client/scenario/variable_steps_reader.h"
#include "text/units.h"

// The vocabulary of steps. A new step is a struct in model.h, a function here that reads it, and its row in kSteps.

namespace client::scenario {

namespace {

// --- connect, shutdown, close, reset

void read_retry(Reader& reader, const Cursor& at, Connect& out) {
  constexpr Duration kEvery = std::chrono::milliseconds(100);
  constexpr auto kFields = std::to_array<Field<Connect>>({
      {"times",
       [](Reader& r, const Cursor& value, Connect& connect) {
         std::uint64_t times = 0;
         read_value(r, value, times);
         connect.retries = static_cast<std::uint32_t>(times);
       }},
      positive<&Connect::retry_every>("every"),
  });
  static_assert(kMaxCount <= std::numeric_limits<std::uint32_t>::max());
  out.retry_every = kEvery;
  read_object(reader, at, kFields, out);
  reader.require(at, "times");
}

void read_expect_error(Reader& reader, const Cursor& at, Connect& out) {
  using enum Connect::Error;
  constexpr auto kErrors = std::to_array<Choice<Connect::Error>>(
      {{"refused", refused}, {"timeout", timeout}, {"reset", reset}, {"resolve", resolve}});
  read_choice(reader, at, kErrors, out.expect_error.emplace());
}

Action read_connect(Reader& reader, const Cursor& at) {
  constexpr auto kFields = std::to_array<Field<Connect>>({
      field<&Connect::timeout>("timeout"),
      {"retry", read_retry},
      {"expect_error", read_expect_error},
  });
  Connect connect{.timeout = reader.group.connect_timeout, .retries = 0, .retry_every = {}, .expect_error = {}};
  read_object(reader, at, kFields, connect);
  return connect;
}

template <typename T>
Action read_without_keys(Reader& reader, const Cursor& at) {
  T step;
  read_object(reader, at, std::array<Field<T>, 0>{}, step);
  return step;
}

// --- send

Action read_send_step(Reader& reader, const Cursor& at) {
  Send send;
  read_send(reader, at, send);
  return send;
}

// --- expect

void read_mode(Reader& reader, const Cursor& at, Expect& out) {
  using enum Expect::Mode;
  constexpr auto kModes = std::to_array<Choice<Expect::Mode>>(
      {{"next", next}, {"until", until}, {"sequence", sequence}, {"any_order", any_order}});
  read_choice(reader, at, kModes, out.mode);
}

void read_frames(Reader& reader, const Cursor& at, Expect& out) {
  if (!is_filled_list(reader, at, "frame")) return;
  for (std::size_t i = 0; i < at.node.elements.size(); ++i)
    read_value(reader, at.element(i), out.frames.emplace_back());
}

void check_raw(Reader& reader, const Cursor& at, const Expect& expect, const Pattern& own) {
  check_for_raw_bytes(reader, at, own);
  const Member* frames = at.find("frames");
  for (std::size_t i = 0; frames != nullptr && i < expect.frames.size(); ++i) {
    check_for_raw_bytes(reader, at.member(*frames).element(i), expect.frames[i]);
  }
}

/// What an expect that takes one frame at a time says is enough.
void check_single(Reader& reader, const Cursor& at, const Expect& expect, const Pattern& own) {
  if (!own.predicates.empty()) return;
  const bool takes_any_frame = at.find("framing") != nullptr || at.find(kCapture) != nullptr;
  if (!takes_any_frame) return reader.error(at, kSaysNothing);
  if (expect.framing.kind == Framing::Kind::raw) {
    reader.error(at, "framing raw has no frames of which any could be taken; add equals, contains or matches");
  }
}

/// What keys say together that each says rightly.
void check_expect(Reader& reader, const Cursor& at, const Expect& expect, const Pattern& own) {
  const bool takes_list = expect.mode == Expect::Mode::sequence || expect.mode == Expect::Mode::any_order;
  const bool has_list = at.find("frames") != nullptr;
  if (takes_list && !own.predicates.empty()) {
    reader.error(at, "with mode sequence and any_order the predicates stand in \"frames\": [{…}, …]");
  } else if (takes_list && !has_list) {
    reader.error(at, "mode sequence and any_order need \"frames\": a list of what comes");
  } else if (!takes_list && has_list) {
    reader.error(at, R"("frames" needs "mode": "sequence" or "mode": "any_order")");
  } else if (!takes_list) {
    check_single(reader, at, expect, own);
  }
  const bool in_frames = expect.mode == Expect::Mode::until || expect.mode == Expect::Mode::any_order;
  if (expect.framing.kind == Framing::Kind::raw && in_frames) {
    reader.error(at, "framing raw has no frames to skip or to put in order; use mode next or sequence, where contains "
                     "and matches go through the first occurrence");
  }
  if (expect.framing.kind == Framing::Kind::raw) check_raw(reader, at, expect, own);
  if (expect.not_before >= expect.timeout && expect.not_before > Duration::zero()) {
    reader.error(at, fmt::format("\"not_before\" ({}) must be shorter than the timeout ({})",
                                 text::format_duration(expect.not_before), text::format_duration(expect.timeout)));
  }
}

void read_expect(Reader& reader, const Cursor& at, Expect& out) {
  constexpr auto kFields = std::to_array<Field<Expect>>({
      {"mode", read_mode},
      {"frames", read_frames},
      field<&Expect::count>("count"),
      field<&Expect::framing>("framing"),
      field<&Expect::timeout>("timeout"),
      field<&Expect::not_before>("not_before"),
      field<&Expect::optional>("optional"),
  });
  out.framing = reader.group.framing;
  out.timeout = reader.group.step_timeout;
  out.place = reader.place(at);
  if (at.node.kind == Node::Kind::string) return read_value(reader, at, out.frames.emplace_back());
  if (at.node.kind != Node::Kind::object) return reader.wrong(at, "a string or an object of predicates");
  const std::size_t errors_before = reader.errors.size();
  std::vector<std::string_view> others(predicate_keys().begin(), predicate_keys().end());
  others.push_back(kCapture);
  read_object(reader, at, kFields, out, others);
  Pattern own;
  read_predicates(reader, at, own);
  // Last: what it defines is not known to the predicates in front of it.
  if (const Member* capture = at.find(kCapture)) read_captures(reader, at.member(*capture), out.captures);
  if (reader.errors.size() == errors_before) check_expect(reader, at, out, own);
  if (out.frames.empty()) out.frames = {std::move(own)};
}

Action read_expect_step(Reader& reader, const Cursor& at) {
  Expect expect;
  read_expect(reader, at, expect);
  return expect;
}

Action read_exchange(Reader& reader, const Cursor& at) {
  constexpr auto kFields = std::to_array<Field<Exchange>>({
      {"send", [](Reader& r, const Cursor& value, Exchange& exchange) { read_send(r, value, exchange.send); }},
      {"expect", [](Reader& r, const Cursor& value, Exchange& exchange) { read_expect(r, value, exchange.expect); }},
      field<&Exchange::fresh>("fresh"),
  });
  Exchange exchange;
  read_object(reader, at, kFields, exchange);
  reader.require(at, "send");
  reader.require(at, "expect");
  return exchange;
}

void read_how(Reader& reader, const Cursor& at, ExpectClose& out) {
  using enum ExpectClose::How;
  constexpr auto kHow = std::to_array<Choice<ExpectClose::How>>({{"fin", fin}, {"reset", reset}, {"any", any}});
  read_choice(reader, at, kHow, out.how);
}

Action read_expect_close(Reader& reader, const Cursor& at) {
  constexpr auto kFields =
      std::to_array<Field<ExpectClose>>({{"how", read_how}, field<&ExpectClose::timeout>("timeout")});
  ExpectClose expect{.how = ExpectClose::How::fin, .timeout = reader.group.step_timeout};
  read_object(reader, at, kFields, expect);
  return expect;
}

Action read_expect_silence(Reader& reader, const Cursor& at) {
  constexpr auto kFields = std::to_array<Field<ExpectSilence>>({field<&ExpectSilence::duration>("for")});
  ExpectSilence silence;
  read_object(reader, at, kFields, silence);
  reader.require(at, "for");
  return silence;
}

// --- sleep, repeat, barrier

void read_distribution(Reader& reader, const Cursor& at, Sleep&) {
  constexpr std::array<std::string_view, 1> kDistributions{"exponential"};
  read_word(reader, at, kDistributions);
}

Action read_sleep(Reader& reader, const Cursor& at) {
  constexpr auto kUniform = std::to_array<Field<Sleep>>({field<&Sleep::min>("min"), field<&Sleep::max>("max")});
  constexpr auto kExponential =
      std::to_array<Field<Sleep>>({field<&Sleep::exponential_mean>("mean"), {"distribution", read_distribution}});
  Sleep sleep;
  if (at.node.kind != Node::Kind::object) {
    read_value(reader, at, sleep.min);
    sleep.max = sleep.min;
  } else if (at.find("mean") != nullptr || at.find("distribution") != nullptr) {
    read_object(reader, at, kExponential, sleep);
    reader.require(at, "mean");
    reader.require(at, "distribution");
  } else {
    read_object(reader, at, kUniform, sleep);
    if (reader.require(at, "min") && reader.require(at, "max") && sleep.min > sleep.max) {
      reader.error(at, "\"min\" must not be longer than \"max\"");
    }
  }
  return sleep;
}

Action read_repeat(Reader& reader, const Cursor& at) {
  constexpr auto kFields = std::to_array<Field<Repeat>>({
      field<&Repeat::times>("times"),
      {"for",
       [](Reader& r, const Cursor& value, Repeat& repeat) { read_positive(r, value, repeat.duration.emplace()); }},
      field<&Repeat::steps>("steps"),
  });
  Repeat repeat;
  read_object(reader, at, kFields, repeat);
  reader.require(at, "steps");
  const bool has_times = at.find("times") != nullptr;
  const bool has_duration = at.find("for") != nullptr;
  if (at.node.kind == Node::Kind::object && has_times == has_duration) {
    reader.error(at, R"("repeat" takes either "times" or "for")");
  }
  return repeat;
}

Action read_barrier(Reader& reader, const Cursor& at) {
  constexpr auto kFields = std::to_array<Field<Barrier>>({
      field<&Barrier::name>("name"),
      {"parties",
       [](Reader& r, const Cursor& value, Barrier& barrier) { read_value(r, value, barrier.parties.emplace()); }},
      field<&Barrier::timeout>("timeout"),
  });
  Barrier barrier{.name = {}, .parties = {}, .timeout = reader.group.client_timeout};
  read_object(reader, at, kFields, barrier);
  if (reader.is_alone) {
    reader.error(at, "a barrier waits for the other clients, and these steps run alone; it belongs in \"clients\"");
  }
  return barrier;
}

Action read_retry_step(Reader& reader, const Cursor& at) {
  constexpr Duration kEvery = std::chrono::milliseconds(100);
  constexpr auto kFields = std::to_array<Field<Retry>>({
      positive<&Retry::every>("every"),
      field<&Retry::times>("times"),
      field<&Retry::timeout>("timeout"),
      field<&Retry::steps>("until"),
      field<&Retry::reconnect>("reconnect"),
  });
  Retry retry{.steps = {}, .every = kEvery};
  read_object(reader, at, kFields, retry);
  reader.require(at, "until");
  const bool has_limit = at.find("times") != nullptr || at.find("timeout") != nullptr;
  if (at.node.kind == Node::Kind::object && !has_limit) {
    reader.error(at, R"("retry" needs "times" or "timeout", or it would never end)");
  }
  return retry;
}

// --- A step

struct Keyword {
  std::string_view key;
  Action (*read)(Reader& reader, const Cursor& at);
};

constexpr std::array kSteps{
    Keyword{"connect", read_connect},
    Keyword{"send", read_send_step},
    Keyword{"expect", read_expect_step},
    Keyword{"exchange", read_exchange},
    Keyword{"expect_close", read_expect_close},
    Keyword{"expect_silence", read_expect_silence},
    Keyword{"shutdown", read_without_keys<Shutdown>},
    Keyword{"close", read_without_keys<Close>},
    Keyword{"reset", read_without_keys<Reset>},
    Keyword{"sleep", read_sleep},
    Keyword{"repeat", read_repeat},
    Keyword{"barrier", read_barrier},
    Keyword{"retry", read_retry_step},
    Keyword{"set", read_set},
    Keyword{"capture", read_capture_step},
    Keyword{"assert", read_assert},
    Keyword{"log", read_message<Log>},
    Keyword{"fail", read_message<Fail>},
    Keyword{"skip", read_message<Skip>},
};

constexpr auto kKeys = [] {
  std::array<std::string_view, kSteps.size()> keys;
  std::ranges::transform(kSteps, keys.begin(), &Keyword::key);
  return keys;
}();

void read_step(Reader& reader, const Cursor& at, Steps& out) {
  if (reader.errors.full() || !is_object(reader, at)) return;
  check_keys(reader, at, kKeys);
  const Keyword* chosen = nullptr;
  bool has_key = false;
  for (const Member& member : at.node.members) {
    if (!member.key.starts_with("x-")) has_key = true;
    const auto* const keyword = std::ranges::find(kSteps, member.key, &Keyword::key);
    if (keyword == kSteps.end()) continue;
    if (chosen == keyword) continue;  // It has been told that the key is there twice.
    if (chosen != nullptr) {
      reader.error_at_key(
          at, member,
          fmt::format("a step has one key, and this one has \"{}\" already; make \"{}\" a " "step of its own",
                      chosen->key, keyword->key));
      continue;
    }
    chosen = keyword;
    const Cursor value = at.member(member);
    out.push_back({.action = keyword->read(reader, value), .keyword = keyword->key, .place = reader.place(value)});
  }
  if (!has_key) reader.error(at, fmt::format("a step needs one of the keys {}", fmt::join(kKeys, ", ")));
}

}  // namespace

void read_value(Reader& reader, const Cursor& at, Steps& out) {
  if (!is_filled_list(reader, at, "step")) return;
  for (std::size_t i = 0; i < at.node.elements.size(); ++i) read_step(reader, at.element(i), out);
}

std::span<const std::string_view> step_keys() { return kKeys; }

}  // namespace client::scenario
