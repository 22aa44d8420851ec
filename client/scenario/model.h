#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/scenario/framing.h"
#include "client/scenario/predicate.h"
#include "client/scenario/source.h"
#include "client/scenario/template.h"
#include "client/scenario/workload.h"

// The model of a scenario file (docs/scenarios.md): plain data, checked whole, with every default filled in, so that
// whoever runs it finds final values. It does not change afterwards; any number of threads may read it.

namespace client::scenario {

using Duration = std::chrono::nanoseconds;

struct Step;
using Steps = std::vector<Step>;

/// Connects, where the group's `connection` is manual or the connection was closed before.
struct Connect {
  enum class Error : std::uint8_t { refused, timeout, reset, resolve };

  Duration timeout{};
  std::uint32_t retries = 0;  ///< further attempts after a failed one
  Duration retry_every{};
  std::optional<Error> expect_error;  ///< the step passes only when connecting fails so
};

struct Send {
  /// The most bytes that one send makes, its frame included.
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 20;

  Template text;                      ///< bytes that stand in hexadecimal digits or base64 are decoded here
  std::uint64_t repeats = 1;          ///< how often the text follows itself
  std::uint64_t random_bytes = 0;     ///< when not zero, as many bytes drawn at random are sent, and no text
  Framing framing;                    ///< what makes a frame of it
  std::vector<std::uint64_t> chunks;  ///< sizes of the pieces it is sent in, the rest in one
  Duration chunk_delay{};             ///< between two pieces
  Place place;                        ///< of the value
};

/// Gives one of the client's own variables a value: a part of a text, or all of it.
struct Capture {
  std::uint32_t variable = 0;                     ///< its place among the client's own
  std::optional<Template> from = {};              ///< nothing: from the frame that was matched last
  std::optional<RegularExpression> pattern = {};  ///< its first group, or if it has none what it matches; nothing: all
  Place place = {};
};
using Captures = std::vector<Capture>;

struct Expect {
  enum class Mode : std::uint8_t {
    next,       ///< the next frame
    until,      ///< the first frame that matches; those before are skipped
    sequence,   ///< the next frames, in the order of `frames`
    any_order,  ///< the next frames, each matched by another one of `frames`
  };

  Mode mode = Mode::next;
  std::vector<Pattern> frames;  ///< one for next and until, at least one for the others
  std::uint64_t count = 1;      ///< how often the whole is repeated
  Framing framing;
  Duration timeout{};     ///< of the step, from its start
  Duration not_before{};  ///< a frame that comes sooner after the step's start fails it
  bool optional = false;  ///< passes when nothing of it comes
  Captures captures;      ///< from the last frame that matched
  Place place;            ///< of the value
};

/// Sends, and expects the answer.
struct Exchange {
  Send send;
  Expect expect;
  bool fresh = true;  ///< nothing may be unread when it sends
};

struct ExpectClose {
  enum class How : std::uint8_t { fin, reset, any };

  How how = How::fin;
  Duration timeout{};
};

/// Nothing is unread, nothing arrives and nothing closes.
struct ExpectSilence {
  Duration duration{};
};

struct Shutdown {};  ///< half-closes: the peer sees the end of what is sent
struct Close {};
struct Reset {};

struct Sleep {
  Duration min{};  ///< evenly drawn between `min` and `max`
  Duration max{};
  Duration exponential_mean{};  ///< when not zero, drawn with this mean instead
};

struct Repeat {
  std::uint64_t times = 0;           ///< when `duration` is not given
  std::optional<Duration> duration;  ///< starts anew until this has passed
  Steps steps;
};

/// Waits until `parties` clients are there; nothing: all clients of the file. Again and again.
struct Barrier {
  std::string name;
  std::optional<std::uint64_t> parties;
  Duration timeout{};
};

/// Runs its steps again until they pass.
struct Retry {
  Steps steps;
  Duration every{};                      ///< from the end of one attempt to the next
  std::uint64_t times = 0;               ///< attempts at most; 0: any number
  std::optional<Duration> timeout = {};  ///< of all attempts together
  bool reconnect = false;                ///< a further attempt has a new connection
};

/// Gives variables of the client's own a value.
struct Set {
  struct Assignment {
    std::uint32_t variable = 0;  ///< its place among the client's own
    Template value = {};
    Place place = {};
  };

  std::vector<Assignment> assignments;
};

struct CaptureStep {
  Captures captures;
};

/// Compares a text as an `expect` compares a frame.
struct Assert {
  Template text;
  Pattern pattern;
  Place place;  ///< of the text
};

struct Log {
  Template message;
};

/// Fails the client.
struct Fail {
  Template message;
};

/// Ends the client, which has neither passed nor failed.
struct Skip {
  Template message;
};

using Action = std::variant<Connect, Send, Expect, Exchange, ExpectClose, ExpectSilence, Shutdown, Close, Reset, Sleep,
                            Repeat, Barrier, Retry, Set, CaptureStep, Assert, Log, Fail, Skip>;

struct Step {
  Action action;
  std::string_view keyword;  ///< "expect"; a literal
  Place place;               ///< of the step's value
};

/// The steps that a step holds; null when it holds none.
const Steps* inner_steps(const Step& step);

/// Where a group connects to.
struct Target {
  Template url;                       ///< checked here when it is constant
  std::optional<std::string> source;  ///< the local address, numeric
  Place place;
  bool is_named = false;  ///< in the file, or by --target; else it is the default
};

/// When the clients of a group connect.
enum class ConnectionMode : std::uint8_t {
  per_client,     ///< once, before the first step
  per_iteration,  ///< anew in each iteration
  manual,         ///< in a connect step
};

/// Clients that do the same.
struct Group {
  std::string name;  ///< "setup" and "teardown" are those of these two
  std::uint64_t count = 1;
  std::uint64_t iterations = 1;
  Target target;
  ConnectionMode connection = ConnectionMode::per_client;
  Framing framing;
  bool allow_extra = false;  ///< frames that are unread at the end do not fail a client
  Duration start_after{};
  double connect_rate = 0;  ///< connections a second of all its clients together; 0: no limit
  double message_rate = 0;  ///< sends a second of each client at most; 0: no limit
  Duration connect_timeout{};
  Duration step_timeout{};       ///< of a step that has no timeout of its own
  Duration client_timeout{};     ///< of all iterations together
  std::uint64_t max_buffer = 0;  ///< unread bytes of a connection
  bool captures_frames = false;  ///< a capture step of it wants the frame that was matched last
  Steps steps;
  Place place;
};

struct Scenario {
  SourceFile source;
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  std::optional<std::uint64_t> seed;
  std::vector<Group> groups;           ///< at least one
  std::optional<Group> setup;          ///< one client that runs before all others; what it captures, they have, too
  std::optional<Group> teardown;       ///< one that runs after all others
  std::optional<Load> load;            ///< nothing: each client does its steps as often as its group says
  std::vector<Threshold> thresholds;   ///< of the load
  std::vector<std::string> variables;  ///< the names of clients' own variables, by their places
  std::vector<std::string> defined;    ///< the names of those that the file and its groups define
  std::vector<std::string> given;      ///< those of the command line that it uses

  /// The clients of all groups.
  std::uint64_t clients() const {
    std::uint64_t sum = 0;
    for (const Group& group : groups) sum += group.count;
    return sum;
  }
};

/// Whether several exchanges can be under way on a connection: the group's steps are exchanges of one frame each, none
/// needs what another one has captured, and nothing has to wait.
bool can_be_pipelined(const Group& group);

/// When the client of this number in the group connects, from the start of the run: its turn in the connect rate.
Duration connects_after(const Group& group, std::uint64_t index);

/// Whose targets are replaced.
enum class PointTo : std::uint8_t {
  all,      ///< those of all groups
  unnamed,  ///< those of groups that name none
};

void point_to(Scenario& scenario, const std::string& url, PointTo which = PointTo::all);

}  // namespace client::scenario
