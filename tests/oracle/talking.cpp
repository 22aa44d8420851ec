// How a client sends, and expects that the connection ends or is silent, in the judge's head.

#include <algorithm>

#include "tests/oracle/client.h"
#include "tests/oracle/encoding.h"

namespace oracle {

Client::Woken Client::wait_for_arrival(Time deadline) {
  const std::optional<Time> next = wire_->next();
  if (next) doubt_when_near(*next, deadline, "something comes as the time is over");
  if (!next || *next > deadline) {
    now_ = deadline;
    return Woken::by_deadline;
  }
  now_ = std::max(now_, *next);
  wire_->advance(now_);
  return Woken::by_arrival;
}

std::expected<std::string, Stop> Client::text_to_send(const Json& value) {
  const Json form = value.is_string() ? Json{{"text", value}} : value;
  std::string text;
  if (form.contains("hex")) text = bytes_of_hex(form.at("hex"));
  if (form.contains("base64")) text = bytes_of_base64(form.at("base64"));
  // Which bytes they are is drawn, and nothing in a case depends on it.
  if (form.contains("random")) text = std::string(form.at("random").get<std::size_t>(), 'r');
  if (form.contains("text") || form.contains("repeat")) {
    const Json& of = form.contains("text") ? form.at("text") : form.at("repeat").at("of");
    const auto expanded = values_.expand(of);
    if (!expanded) return fail("no_value");
    const std::size_t times = form.contains("text") ? 1 : form.at("repeat").at("count").get<std::size_t>();
    for (std::size_t i = 0; i < times; ++i) text += *expanded;
  }
  const Framing framing =
      form.contains("eol") ? framing_of("line", form.at("eol")) : framing_of(group_.framing, group_.eol);
  if (text.size() > longest_text(framing)) return fail("too_long");
  return enclosed(framing, text);
}

/// By the message_rate. Whether sends that have waited for something else may catch up is not said.
Passed Client::wait_for_turn(Time deadline) {
  if (group_.between_sends == 0) return {};
  const Time to = may_send_;
  if (to > now_) {
    if (may_send_if_it_catches_up_.value_or(to) < to) doubt("a send would wait unless it may catch up");
    doubt_when_near(to, deadline, "a send has its turn as the time is over");
    const bool is_in_time = to <= deadline;
    now_ = std::min(to, deadline);
    while (wire_->next() && *wire_->next() <= now_) wire_->advance(*wire_->next());
    if (!is_in_time) return fail("timeout");
  }
  may_send_ = now_ + group_.between_sends;
  may_send_if_it_catches_up_ = may_send_if_it_catches_up_.value_or(now_) + group_.between_sends;
  return {};
}

Passed Client::send(const Json& value, Time deadline) {
  const auto bytes = text_to_send(value);
  if (!bytes) return std::unexpected(bytes.error());
  return send_pieces(value, *bytes, std::min(deadline, limit_));
}

Passed Client::send_pieces(const Json& value, const std::string& bytes, Time deadline) {
  const Json chunks = value.is_object() && value.contains("chunks") ? value.at("chunks") : Json::array();
  const Time delay = chunks.empty() || !value.contains("chunk_delay") ? 0 : duration_of(value.at("chunk_delay"));
  std::size_t sent = 0;
  for (std::size_t i = 0; sent < bytes.size(); ++i) {
    if (i > 0 && delay > 0) {
      doubt_when_near(now_ + delay, deadline, "a piece would be sent as the time is over");
      if (now_ + delay > deadline) {
        now_ = deadline;
        return fail("timeout");
      }
      while (wire_->next() && *wire_->next() <= now_ + delay) wire_->advance(*wire_->next());
      now_ += delay;
    }
    if (!wire_->can_send(now_)) return fail_to_send();
    const std::size_t size = i < chunks.size() ? chunks.at(i).get<std::size_t>() : bytes.size();
    if (!wire_->send(now_, std::string_view(bytes).substr(sent, size))) {
      now_ = deadline;
      return fail("timeout");
    }
    wire_->advance(now_);
    sent += std::min(size, bytes.size() - sent);
  }
  return {};
}

Passed Client::exchange(const Json& value) {
  const Time start = now_;
  const Json& expected = value.at("expect");
  const bool has_timeout = expected.is_object() && expected.contains("timeout");
  const Time timeout = has_timeout ? duration_of(expected.at("timeout")) : group_.timeout;
  if (const Passed waited = wait_for_turn(std::min(start + timeout, limit_)); !waited) return waited;
  if (value.value("fresh", true)) {
    wire_->want_settled(now_, "something comes as an exchange begins");
    if (!wire_->unread().empty()) return fail("unread");
  }
  if (const Passed sent = send(value.at("send"), start + timeout); !sent) return sent;
  return expect(expected, start);
}

Passed Client::expect_close(const Json& value) {
  const std::string how = value.value("how", "fin");
  const Time timeout = value.contains("timeout") ? duration_of(value.at("timeout")) : group_.timeout;
  const Time deadline = std::min(now_ + timeout, limit_);
  while (!wire_->ended()) {
    if (is_over()) return fail("overflow");
    if (wait_for_arrival(deadline) == Woken::by_deadline) return fail("timeout");
  }
  const bool is_reset = wire_->ended() == Wire::End::reset;
  if (how == "any" || is_reset == (how == "reset")) return {};
  return is_reset ? fail_as({"mismatch", "reset"}) : fail_as({"mismatch", "closed"});
}

Passed Client::expect_silence(const Json& value) {
  const Time end = now_ + duration_of(value.at("for"));
  wire_->want_settled(now_, "something comes as a silence begins");
  if (!wire_->unread().empty()) return fail("not_silent");
  if (wire_->ended()) {
    wire_->want_settled_end(now_, "the peer ends as a silence begins");
    return fail_as({"not_silent", wire_->ended() == Wire::End::reset ? "reset" : "closed"});
  }
  if (wait_for_arrival(std::min(end, limit_)) == Woken::by_deadline) {
    doubt_when_near(end, limit_, "a silence ends as the client's time does");
    return end > limit_ ? fail("timeout") : Passed{};
  }
  if (is_over()) return fail_as({"not_silent", "overflow"});
  if (!wire_->unread().empty()) return fail("not_silent");
  return fail_as({"not_silent", wire_->ended() == Wire::End::reset ? "reset" : "closed"});
}

/// Behind a FIN, of either side, the documentation does not say what a reset is.
std::unexpected<Stop> Client::fail_to_send() const {
  return wire_->ended() == Wire::End::reset ? fail("reset") : fail_as({"reset", "closed", "system"});
}

Passed Client::shutdown() {
  if (!wire_->has_shut_down() && !wire_->can_send(now_)) return fail_as({"reset", "closed", "system"});
  wire_->end_sending(now_);
  wire_->advance(now_);
  return {};
}

}  // namespace oracle
