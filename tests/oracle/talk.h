#pragma once

#include <string>
#include <vector>

#include "tests/oracle/dice.h"
#include "tests/oracle/patterns.h"
#include "tests/oracle/script.h"

// The steps of a group as they are drawn, and what an honest server answers to them.

namespace oracle {

class Talk {
 public:
  struct Manner {
    Json framing = "line";
    std::string eol = "lf";
    bool has_siblings = false;   ///< the group has several clients
    bool is_manual = false;      ///< it connects in steps
    unsigned wrong_percent = 0;  ///< how many expectations contradict the honest server
  };

  /// Both outlive it; the script gets the answers.
  Talk(Dice& dice, Script& script, Manner manner);

  /// Some steps that go together.
  Json draw_episode(unsigned depth = 0);
  /// What a client does at last; perhaps nothing.
  Json draw_ending();
  Json draw_beginning();
  /// What greets, if the server greets.
  Json draw_greeting();
  /// What a client does again and again under load; it takes some time.
  Json draw_load();
  /// Time in which what should not come would come.
  static Json pause() { return {{"sleep", "60ms"}}; }

 private:
  using Draw = void (Talk::*)(Json& steps);

  bool is_right() { return !dice_.chance(manner_.wrong_percent); }
  Json send_of(const std::string& text);
  Json send_in_a_form(const std::string& text);
  std::string new_request();
  Actions answers_of(const std::vector<std::string>& frames);
  std::string bytes_of(const std::string& frame) const { return enclosed(framing_, frame); }
  Json expectation(const std::string& frame);
  Json with_framing(Json expected);
  Json object_of(Json pattern);
  void add_extras(Json& expected, const std::string& frame);
  std::string ask(Json& steps, const std::vector<std::string>& frames);
  std::vector<std::string> draw_frames(std::uint64_t least, std::uint64_t most);

  void echo(Json& steps);
  void answer(Json& steps);
  void several(Json& steps);
  void until(Json& steps);
  void pipeline(Json& steps);
  void counted(Json& steps);
  void raw(Json& steps);
  void optional(Json& steps);
  void optional_list(Json& steps);
  void timed(Json& steps);
  void silence(Json& steps);
  void values(Json& steps);
  void bad_values(Json& steps);
  void captures(Json& steps);
  void named_groups(Json& steps);
  void raw_values(Json& steps);
  void skips(Json& steps);
  void random_texts(Json& steps);
  void stale(Json& steps);
  void nested(Json& steps, unsigned depth);
  void reconnects(Json& steps);
  void rare(Json& steps);
  void too_long(Json& steps);

  Dice& dice_;
  Script& script_;
  const Manner manner_;
  const Framing framing_;  ///< the server's
  bool is_plain_;          ///< the client's is the same
  unsigned requests_ = 0;
  unsigned variables_ = 0;
};

}  // namespace oracle
