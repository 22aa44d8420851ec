#include "tests/oracle/case.h"

#include "tests/oracle/encoding.h"

namespace oracle {

namespace {

/// Texts as they are where they can be shown, else in hexadecimal digits.
Json shown(const std::string& bytes) {
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= 0x7f || (code < 0x20 && byte != '\n' && byte != '\r')) return {{"hex", hex_of(bytes)}};
  }
  return bytes.size() > 200 ? Json(bytes.substr(0, 200) + "… " + std::to_string(bytes.size()) + " bytes") : Json(bytes);
}

Json to_json(const Actions& actions) {
  Json list = Json::array();
  for (const Action& action : actions) {
    Json one;
    switch (action.kind) {
      case Action::Kind::say:
        one["say"] = shown(action.bytes);
        break;
      case Action::Kind::fin:
        one["do"] = "fin";
        break;
      case Action::Kind::close:
        one["do"] = "close";
        break;
      case Action::Kind::reset:
        one["do"] = "reset";
        break;
    }
    if (action.after > 0) one["after_ms"] = action.after / kMillisecond;
    list.push_back(std::move(one));
  }
  return list;
}

Json to_json(const Script& script) {
  Json out{{"framing", script.framing}, {"eol", script.eol}};
  if (!script.greeting.empty()) out["greeting"] = to_json(script.greeting);
  for (const auto& [request, actions] : script.answers) out["answers"][request] = to_json(actions);
  out["farewell"] = to_json(script.farewell);
  if (!script.lie.empty()) {
    out["lie"] = {{"name", script.lie},
                  {"from", script.lie_from},
                  {"count", script.lie_count},
                  {"to", script.lie_to},
                  {"connections", script.lies_on}};
  }
  if (!script.listens_from) out["listens"] = "never";
  if (script.listens_from.value_or(0) > 0) out["listens_from_ms"] = *script.listens_from / kMillisecond;
  if (script.takes_nobody) out["takes_nobody"] = true;
  return out;
}

}  // namespace

Json to_json(const Server& server) {
  Json out = Json::object();
  for (const auto& [port, script] : server) out[std::to_string(port)] = to_json(script);
  return out;
}

std::string to_text(const Case& drawn) {
  std::string text = "scenario: " + drawn.scenario.dump() +
                     "\nserver: " + to_json(drawn.server).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (drawn.is_rough) text += "on a rough network\n";
  if (drawn.rechunk) text += "--rechunk " + std::to_string(*drawn.rechunk) + "\n";
  return text;
}

}  // namespace oracle
