#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/oracle/clock.h"
#include "tests/oracle/predicates.h"
#include "tests/oracle/script.h"
#include "tests/oracle/values.h"
#include "tests/oracle/wire.h"

// One client as the judge sees it: it does its steps one after the other on a clock of its own, by the rules of
// docs/scenarios.md. It is run from its start again whenever more is known of the barriers that it comes to.

namespace oracle {

/// What a group of a scenario says, with what the file says for it.
struct Group {
  std::string pointer;        ///< JSON pointer to it: "/clients/0"
  std::string steps_pointer;  ///< and to its steps
  std::string name;
  Json steps;
  std::uint64_t count = 1;
  std::uint64_t iterations = 1;
  std::string connection = "per_client";
  std::string target;
  Json framing = "line";
  std::string eol = "lf";
  bool allow_extra = false;
  Time start_after = 0;
  Time between_connects = 0;  ///< of first connections, by its connect_rate
  Time between_sends = 0;     ///< by its message_rate
  Time connect_timeout = 0;
  Time timeout = 0;
  Time client_timeout = 0;
  std::uint64_t max_buffer = 0;
  std::uint64_t clients_in_file = 0;
  Values values;
};

/// Why a client does not go on.
struct Stop {
  enum class Kind : std::uint8_t { failed, skipped, blocked };

  Kind kind = Kind::failed;
  std::string pointer;              ///< of the step; empty: it connected by itself
  std::vector<std::string> codes;   ///< each of them would do, where the documentation does not say which
  bool is_somewhere_below = false;  ///< the step is the one at `pointer` or one inside
};
using Passed = std::expected<void, Stop>;

/// What came of one stay at a barrier.
struct Release {
  Time at = 0;
  std::string code;  ///< of the failure; empty: it passed
};

class Client {
 public:
  enum class Outcome : std::uint8_t { passed, failed, unreached, skipped, blocked };

  /// Where a client waits that came to a barrier of which nothing is known.
  struct Stay {
    std::string barrier;
    std::uint64_t parties = 0;
    Time since = 0;
    Time until = 0;
  };

  /// All outlive it.
  Client(const Group& group, std::uint64_t index, const Server& server, const std::vector<Release>& releases,
         Time start, Doubts& doubts);

  Outcome run();

  /// Under a load: connects, and gives when that is done or has failed.
  Time join_load(const std::string& verify);
  /// In a closed model: does its steps again and again, from `begin` until `end`.
  void work(Time begin, Time end, Time measured_from);
  /// In an open one: does its steps once, not before `at`.
  void start(Time at, bool is_measured);
  void end_load();
  /// The same when it has waited for others until `end`.
  void end_load(Time end);
  /// How what failed under load has failed.
  const std::vector<Stop>& stops() const { return stops_; }

  const std::optional<Stop>& stop() const { return stop_; }
  const std::optional<Stay>& stay() const { return stay_; }
  Time now() const { return now_; }
  std::uint64_t connections() const { return connections_; }
  const Values& values() const { return values_; }
  /// Iterations under load that are measured, whatever came of them.
  std::uint64_t iterations() const { return iterations_; }
  /// Replies that were as expected in iterations that are measured.
  std::uint64_t messages() const { return messages_; }
  /// When the first of them came, if there are any.
  Time first_message() const { return first_message_; }

 private:
  struct Matching;
  enum class Taken : std::uint8_t { nothing, skipped, matched, left };

  // Steps.
  Passed run_iterations();
  Passed run_steps(const Json& steps, const std::string& pointer);
  Passed run_step(const std::string& key, const Json& value);
  Passed repeat(const Json& value);
  Passed retry(const Json& value);
  Passed begin_again(bool was_connected, bool reconnects);
  Passed barrier(const Json& value);
  Passed set(const Json& value);
  Passed capture(const Json& value);
  Passed assert_that(const Json& value);
  Passed say(const Json& message, const std::string& key);
  Passed rest(const Json& value);
  Passed wait_until(Time until);

  void iterate(bool is_measured);

  // Connecting.
  Passed connect(const Json& how, bool by_itself);
  Passed dial(const std::string& url, Time deadline);
  Passed judge_connect(const Json& how, const Passed& dialled);
  Passed check_nothing_unread();
  void drop_connection();

  // Talking.
  Passed send(const Json& value, Time deadline);
  Passed wait_for_turn(Time deadline);
  Passed send_pieces(const Json& value, const std::string& bytes, Time deadline);
  std::expected<std::string, Stop> text_to_send(const Json& value);
  Passed exchange(const Json& value);
  Passed expect(const Json& value, Time start);
  Passed check_sense(const Matching& matching) const;
  Passed expect_frames(Matching& matching);
  std::expected<Taken, Stop> take_frame(Matching& matching);
  std::expected<Taken, Stop> take_raw(Matching& matching);
  std::expected<Taken, Stop> take(Matching& matching, const std::string& frame, std::size_t size, bool is_rest);
  std::expected<Taken, Stop> refuse(Matching& matching, const std::string& frame, std::size_t size, bool is_rest);
  Passed on_end(const Matching& matching);
  Passed expect_close(const Json& value);
  Passed expect_silence(const Json& value);
  Passed shutdown();
  std::unexpected<Stop> fail_to_send() const;

  // Waiting.
  enum class Woken : std::uint8_t { by_arrival, by_deadline };
  Woken wait_for_arrival(Time deadline);
  bool is_over() const { return wire_ && wire_->unread().size() > group_.max_buffer; }

  std::unexpected<Stop> fail(std::string code) const { return fail_as({std::move(code)}); }
  std::unexpected<Stop> fail_as(std::vector<std::string> codes) const;
  void doubt(const char* why) { doubts_.add(why); }
  void doubt_when_near(Time a, Time b, const char* why) { doubts_.add_when_near(a, b, why); }

  const Group& group_;
  const Server& server_;
  const std::vector<Release>& releases_;
  Doubts& doubts_;
  Values values_;
  Time now_;
  Time limit_;        ///< the client's own deadline
  Time may_connect_;  ///< for the first time
  Time may_send_ = 0;
  std::optional<Time> may_send_if_it_catches_up_;
  std::optional<Wire> wire_;
  std::map<std::uint16_t, std::uint64_t> connections_at_;
  std::uint64_t connections_ = 0;
  bool could_not_connect_ = false;
  std::string at_;  ///< pointer to the step
  std::optional<std::string> last_frame_;
  bool verifies_first_only_ = false;
  std::uint64_t replies_ = 0;  ///< on this connection
  std::uint64_t iterations_ = 0;
  bool is_measured_ = false;
  std::uint64_t messages_ = 0;
  Time first_message_ = std::numeric_limits<Time>::max();
  std::size_t stays_ = 0;
  std::optional<Stop> stop_;
  std::vector<Stop> stops_;
  std::optional<Stay> stay_;
};

/// A duration as files have it: "250ms".
Time duration_of(const Json& text);

}  // namespace oracle
