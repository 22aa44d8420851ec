#include <array>

#include "client/help_topics.h"

// The texts of the topics, as they are printed. What has a default has it in parentheses.

namespace client {

namespace {

constexpr std::string_view kScenario =
    R"(A scenario is a JSON object, in which // and /* */ are comments, with these keys:

  clients                  a list of groups of clients, one at least
  name, description, tags  for people, and for --only and --tag (the name of the file without .json)
  target                   a URL, or {url, source}, of which source is the local address
                           (tcp://localhost:25000)
  framing, eol             what a frame is, and what ends a line (line, lf): help framings
  defaults                 {connect_timeout, timeout, client_timeout, max_buffer, allow_extra}: of
                           connecting (10s), of a step (5s), of a client with all that it does (1m),
                           of what may be unread (1MiB), and whether that may be left at the end
                           (false)
  variables                {NAME: string, number or boolean}: help variables
  setup, teardown          lists of steps of one client of its own, which connects by itself: before
                           all others start, and after all have ended, however they have
  load, thresholds         keep the clients busy, measure, and judge what was measured: help load
  seed                     what random things are drawn from
  $schema                  the JSON Schema of the file, for editors: echo_client schema prints it

A group, an element of "clients", has these:

  steps         what each client does, a list of one step at least: help steps
  name          another one for each group (group0, group1, ...)
  count         how many clients (1)
  iterations    how often each does its steps (1)
  connection    per_client: connected once, before the first step; per_iteration: anew each time;
                manual: by a connect step (per_client)
  connect_rate  how many of them connect a second at the start: "100/s" (no limit)
  message_rate  how many sends a second each of them makes at most (no limit)
  start_after   how long after the start of the run (0s)
  target, framing, eol, allow_extra, variables
                as of the file, for this group

Values are

  a duration  a number and one of the units ns, us, ms, s, m, h: "250ms"
  a size      bytes, or with a unit: 4096, "64KiB", "1MB"
  a rate      a number and one of the units /s, /ms, /m, /h: "1000/s"
  a text      ${...} in it stands for a value, and $${ for itself: help variables

Keys that begin with x- are ignored; others that are not known are errors.
)";

constexpr std::string_view kSteps =
    R"(A step is an object with one of these keys:

  connect         {} or {timeout, retry: {times, every}, expect_error}: where the group's connection
                  is manual, or after a close or reset; every (100ms); expect_error is refused,
                  timeout, reset or resolve
  send            a text, or {a form, eol, chunks, chunk_delay}: see below
  expect          a text, or {predicates and more}: see below
  exchange        {send, expect, fresh}: a question and its answer, measured under load; nothing may
                  be unread when it sends, unless fresh is false (true)
  expect_close    {} or {how, timeout}: the peer ends; how is fin, reset or any (fin)
  expect_silence  {for: DURATION}: nothing is unread, nothing comes, nothing ends
  shutdown        {}: ends sending, and goes on receiving
  close           {}: closes; what is unread then fails
  reset           {}: closes with a reset; what is unread is dropped
  sleep           DURATION, {min, max} or {mean, distribution: "exponential"}
  repeat          {times, steps} or {for: DURATION, steps}
  retry           {until: STEPS, times, timeout, every, reconnect}: does the steps until they pass;
                  times or timeout is needed; every (100ms); reconnect: each further attempt on a
                  new connection (false)
  barrier         {} or {name, parties, timeout}: waits for other clients; parties (all clients of
                  the file); timeout (client_timeout)
  set             {NAME: string, number or boolean}: gives variables a value
  capture         NAME, or {NAME: {from, matches}}: a variable gets from (the last frame that
                  matched), or the part of it that the first group of the regular expression
                  matches, or all that it matches when it has none
  assert          {of: TEXT, predicates}: as an expect, of a text
  log             a message, which is shown
  fail            a message; the client fails
  skip            a message; the client ends, neither passed nor failed; in setup, the scenario is
                  skipped

A send that is an object has one of the forms text, hex, base64, repeat and random:

  text                 this text
  hex                  bytes in hexadecimal digits: "47 4f 54"
  base64               bytes in base64: "R09U"
  repeat               {of: TEXT, count}: a text, again and again
  random               as many bytes, drawn from the seed
  eol                  beside one of these: lf, crlf or none, in place of what the framing adds
  chunks, chunk_delay  [N, ...]: cut into pieces of so many bytes and a rest, and a DURATION between
                       two

An expect that is an object has predicates (help predicates) and any of these keys. Without a
predicate it has framing or capture, and takes any frame:

  mode        next: the next frame; until: those that do not match are skipped; sequence, any_order:
              those of frames, in this order or in some order (next)
  frames      [TEXT or {predicates}, ...], for sequence and any_order
  count       how often it is expected (1)
  timeout     from the start of the step (that of defaults)
  not_before  a frame that matches and comes sooner fails
  optional    it may also not come, and another frame is left to the next step (false)
  framing     as of the file, for this step; raw goes with next and sequence
  capture     a variable that gets the frame, or {NAME: {from, matches}}; of several frames, the
              last
)";

constexpr std::string_view kPredicates =
    R"(All predicates of an expect, or of an assert, have to hold. One holds for a frame that

  equals        is this text; a string alone means the same
  not_equals    is another text
  contains      has this text in it
  not_contains  does not have it in it
  starts_with   begins with this text
  ends_with     ends with it
  matches       has a match of this regular expression (RE2) anywhere; (?P<name>...) gives a
                variable a value
  one_of        is one of these texts: [TEXT, ...]
  bytes         is these bytes, in hexadecimal digits
  empty         has no bytes (true), or some (false)
  length        has this number of bytes, or one that is {less, greater, between}
  less          is a number that is less than this one
  greater       is a number that is greater
  between       is a number between two, or one of them: [A, B]
  not           does not match {predicates}
  all           matches all of [{predicates}, ...]
  any           matches one of [{predicates}, ...]

A number is decimal digits, perhaps with -, a fraction or an exponent, and is compared exactly.
)";

constexpr std::string_view kFramings =
    R"("framing", of a file, a group or an expect, says what a frame is, and what is added to what is sent:

  "line"               a line without its end, which eol names
  {"delimiter": TEXT}  what stands in front of the text
  {"length_prefix": {bytes, endian}}
                       as many bytes as the number in front of them says; bytes of that are 1, 2, 4
                       or 8; endian: big or little (big)
  {"fixed": N}         N bytes
  "raw"                none: equals, bytes and starts_with take as many bytes as they have;
                       contains, ends_with and matches take all through the end of their first
                       occurrence

"eol", of a file, a group or a send, says how a line ends:

  lf    with a line feed; a CR in front of it belongs to the line
  crlf  with CR and line feed, as in SMTP, HTTP and Redis
  none  not: nothing is added to what is sent, and the whole stream is one frame
)";

constexpr std::string_view kVariables =
    R"(In any text, these stand for a value:

  ${NAME}          a variable: of --var, else of the group, else of the file; or one that a step has
                   given a value
  ${env:NAME}      a variable of the environment, which has to be set
  ${seed}          the file's seed, else the run's
  ${client.index}  the number of the client in its group, from 0
  ${client.name}   the name of the group
  ${iteration}     from 0, of the innermost repeat, else of the client; under load another one each
                   time
  ${now_ms}        milliseconds since 1970; this and those below only in what is sent, set or logged
  ${uuid}          a UUID
  ${random:N}      N letters and digits

Variables get a value from

  "variables"       of the file or a group: {NAME: string, number or boolean}
  --var NAME=VALUE  which wins over these, and has to be used by a scenario
  set, capture      steps, and capture of an expect; those that the setup sets are known to all
  matches           its named groups: (?P<name>...)

$${ is a plain ${. Where a number, a boolean or a choice is wanted, a string that is one whole
${...} may stand, if its value is known before the run.
)";

constexpr std::string_view kLoad =
    R"("load" of a scenario has these keys:

  model     closed: a client begins again when it has ended; open: iterations start on a schedule
            (closed)
  duration  of what is measured
  warmup    goes before it, and judges nothing (0s)
  depth     exchanges under way on a connection; above 1, steps are exchanges of one whole frame
            each (1)
  verify    all, first or a share as in "1%": which replies are compared (all)

An open one has these, too:

  rate           iterations a second of all clients together, at first: "5000/s"
  arrival        constant or poisson (constant)
  stages         [{rate, for}, ...] instead of duration: in each, the rate goes in a straight line
                 to this one
  max_in_flight  what would be over so many iterations is dropped (no limit)
  grace          what is still queued at the end is started for so long (1s)
  find_max       {from, to, for} instead of rate and duration: looks for the highest rate at which
                 the thresholds hold

"thresholds" is a list of objects with

  metric                           one of those below
  at                               of durations p50, p99.9 and the like, min, mean or max; of others
                                   count, rate or share (share of errors, else count)
  below, above, at_most, at_least  a duration; a number, in which 0.01 is a share of 1 %; with rate,
                                   a rate

A metric is one of

  response                    the duration of an iteration from when it was to start
  service                     the duration of an iteration from its start
  exchange                    the duration from a send to the frame that answers it, of exchange
                              steps
  connect                     the duration of connecting
  messages                    replies that were as expected
  bytes_sent, bytes_received  bytes
  errors                      iterations and connects that failed
  dropped                     iterations that were to start and did not
  lost                        replies that never came
  reordered, duplicated       replies that came in the place of another one, or again

As in {"metric": "response", "at": "p99", "below": "10ms"}. A failure fails the run, unless there is
a threshold on errors, which then alone judges them.
)";

constexpr std::string_view kReports =
    R"(--report KIND=FILE, with - for standard output, may be given several times. KIND is

  json   all that is known, for scripts: docs/reports.md describes it
  junit  a testcase for each scenario, for Jenkins, GitLab and others
  tap    a test for each scenario: Test Anything Protocol, version 13
  hdr    latencies under load, for the tools of HdrHistogram

The verdict of a scenario is

  passed          it passed
  failed          a client failed, or a threshold did not hold
  could_not_test  it reached nobody, or could not be run
  skipped         a step skipped it
  deadline        it was cut short by --timeout, or by the limit of simulated time
  interrupted     it was cut short by a signal
  not_run         it had not begun when the run was cut short, or --fail-fast ended it

The code of a failure is

  mismatch                          what came is not what was expected, or a connect did not fail as
                                    expected
  too_soon                          a frame came before not_before
  not_silent                        something came during expect_silence
  unread                            something came that no step had expected
  timeout                           a timeout, connect_timeout or client_timeout passed, or the
                                    system gave up
  deadline                          the --timeout of the run passed first
  closed                            the peer closed, between two frames
  truncated                         the peer closed, in the middle of a frame
  reset                             the peer reset the connection
  refused                           nobody listens there
  unreachable                       there is no way to the host
  resolve                           the name has no address
  bad_url                           a target with ${...} has become no URL
  system                            another error of the system, which errno names
  overflow                          more was unread than max_buffer
  bad_value                         what a ${...} came to cannot be used where it stands
  too_long                          what was to be sent, or a variable's value, was too long
  no_value                          a variable was used that had no value yet
  no_match                          a capture found nothing
  barrier                           another client of the barrier had failed
  not_connected, already_connected  a step needed a connection, or a connect had one
  fail                              a step fail
  breached, no_sample               of a threshold: it did not hold, or there was nothing to hold it
                                    against
)";

constexpr std::string_view kExitCodes =
    R"(What echo_client exits with; of several the one that explains most:

  0              all that was planned ran and passed, and something ran
  1              an assertion failed, or by hand a network error
  2              usage, or an invalid scenario
  3              could not test: the first contact failed, a limit of the machine, or what --spawn
                 started ended by itself
  4              a threshold did not hold
  5              nothing was selected, or all was skipped
  6              the run's --timeout passed
  7              a report, or what else was asked for, could not be written
  129, 130, 143  a signal: SIGHUP, SIGINT, SIGTERM
)";

constexpr std::array kTopics{
    HelpTopic{"scenario", "what a file is made of, and a group of clients", kScenario},
    HelpTopic{"steps", "what clients do", kSteps},
    HelpTopic{"predicates", "what is asked of a frame", kPredicates},
    HelpTopic{"framings", "what a frame is, and what ends a line", kFramings},
    HelpTopic{"variables", "what ${...} stands for", kVariables},
    HelpTopic{"load", "keeping clients busy, and judging what was measured", kLoad},
    HelpTopic{"reports", "what --report writes: kinds, verdicts, and codes of failures", kReports},
    HelpTopic{"exit-codes", "what the exit status says", kExitCodes},
};

}  // namespace

std::span<const HelpTopic> help_topics() { return kTopics; }

}  // namespace client
