// What the repository's files may not contain, as data; rule.cpp applies it.

#include "tests/repository/rules.h"

#include <array>

namespace repository {
namespace {

constexpr std::string_view kAnywhere = ".";
constexpr std::string_view kCpp = R"(\.(h|cpp|c)$)";
constexpr std::string_view kBackendsAndTests = "^(scheduler/backends|tests|bench)/";
constexpr std::string_view kBackendsTestsAndTheDrawOfASeed =
    R"(^(scheduler/backends|tests|bench)/|^client/run/run_command\.cpp$)";
constexpr std::string_view kBackendsTestsAndTheThreadsOwnTime =
    R"(^(scheduler/backends|tests|bench)/|^client/load/usage\.cpp$)";
constexpr std::string_view kRepositoryTests = "^tests/repository/";

constexpr auto kBannedTexts = std::to_array<BannedText>({
    {.pattern = R"(\bstd::w?regex\b|#include <regex>)",
     .applies_to = kCpp,
     .except_in = kRepositoryTests,
     .reason = "std::regex overflows the stack on long input; use RE2",
     .example_path = "client/a.cpp",
     .example = "std::regex pattern;"},
    {.pattern = R"(\bthis_thread::sleep_|\b(u|nano)sleep\s*\(|(^|[^\w:>])(::)?sleep\s*\()",
     .applies_to = kCpp,
     .reason = "nothing sleeps a thread: await a timer, or in a test wait for what must happen",
     .example_path = "tests/unit/a_test.cpp",
     .example = "std::this_thread::sleep_for(1s);"},
    {.pattern = R"(\bs?rand\s*\(|::s?random\s*\(|\brandom_device\b|\bgetrandom\s*\(|\barc4random)",
     .applies_to = kCpp,
     .except_in = kBackendsTestsAndTheDrawOfASeed,
     .reason = "randomness comes from the scheduler's backend, so that a simulation repeats exactly",
     .example_path = "server/a.cpp",
     .example = "std::random_device device;"},
    {.pattern = R"((_c|\bC)lock::now\s*\(|\b(gettimeofday|clock_gettime)\s*\(|\btime\((nullptr|NULL|0)\))",
     .applies_to = kCpp,
     .except_in = kBackendsTestsAndTheThreadsOwnTime,
     .reason = "the time comes from the scheduler, so that a simulation repeats exactly",
     .example_path = "scheduler/a.cpp",
     .example = "auto now = std::chrono::steady_clock::now();"},
    {.pattern =
         R"((^|[^\w>])::(socket|socketpair|bind|listen|accept4?|connect|shutdown|)" R"(recv|recvfrom|recvm?msg|send|sendto|sendm?msg|epoll_\w+)\s*\()",
     .applies_to = kCpp,
     .except_in = kBackendsAndTests,
     .reason = "sockets belong to the scheduler's backends alone, so that they can be simulated",
     .example_path = "transports/a.cpp",
     .example = "const int fd = ::socket(AF_INET, SOCK_STREAM, 0);"},
    {.pattern = R"(\busing\s+namespace\b)",
     .applies_to = kCpp,
     .unless = R"(\bstd::(\w+_)?literals;)",
     .reason = "name what is used; only std's literals come as a namespace",
     .example_path = "echo/a.cpp",
     .example = "using namespace sched;"},
    {.pattern = R"(#include "command_line/)",
     .part = Part::without_comments,
     .applies_to = kCpp,
     .except_in = R"(^(command_line|tests)/|^server/options\.cpp$|^client/commands\.h$)",
     .reason = "command_line brings CLI11 along: for those who read options alone",
     .example_path = "client/options.h",
     .example = "#include \"command_line/command_line.h\""},
    {.pattern = R"(#include "client/(scenario|run|report|manual)/)",
     .part = Part::without_comments,
     .applies_to = "^client/load/",
     .reason = "what is measured and when is the same whatever a load is made of",
     .example_path = "client/load/a.h",
     .example = "#include \"client/scenario/model.h\""},
    {.pattern = R"(\b(TODO|FIXME|XXX|HACK)\b)",
     .part = Part::everything,
     .applies_to = kAnywhere,
     .except_in = kRepositoryTests,
     .reason = "what is left to do is not kept in the files",
     .example_path = "README.md",
     .example = "TODO: explain"},
    {.pattern = R"(\b(std::)?(printf|puts|cout)\b)",
     .applies_to = R"(^(scheduler|transports|echo|text|command_line)/)",
     .reason = "a library does not write to the terminal",
     .example_path = "echo/a.cpp",
     .example = "std::cout << answer;"},
    {.pattern = R"((?i)\b(issue|ticket) ?#?\d+\b|(^|[\s(])#\d+\b)",
     .part = Part::everything,
     .applies_to = kAnywhere,
     .except_in = kRepositoryTests,
     .reason = "a reason is written down here, not behind a number",
     .example_path = "scheduler/a.h",
     .example = "/// see issue 12"},
    {.pattern = R"((^|[\s"'`(=])/(work|home|Users)/)",
     .part = Part::everything,
     .applies_to = kAnywhere,
     .except_in = kRepositoryTests,
     .reason = "a path of somebody's machine",
     .example_path = "CONTRIBUTING.md",
     .example = "cd /home/anna/gotback"},
    {.pattern = R"([ \t]+$)",
     .part = Part::everything,
     .applies_to = kAnywhere,
     .reason = "blanks at the end of the line",
     .example_path = "docs/a.md",
     .example = "word  "},
});

}  // namespace

const std::vector<FolderRule>& folder_rules() {
  static const std::vector<FolderRule> rules{
      {.folder = "scheduler", .may_include = {}},
      {.folder = "echo", .may_include = {}},
      {.folder = "text", .may_include = {}},
      {.folder = "command_line", .may_include = {"text"}},
      {.folder = "transports", .may_include = {"scheduler"}},
      {.folder = "server", .may_include = {"scheduler", "transports", "echo", "text", "command_line"}},
      {.folder = "client", .may_include = {"scheduler", "transports", "echo", "text", "command_line", "server"}},
      {.folder = "tests",
       .may_include = {"scheduler", "transports", "echo", "text", "command_line", "server", "client"}},
      {.folder = "bench",
       .may_include = {"scheduler", "transports", "echo", "text", "command_line", "server", "client", "tests"}},
  };
  return rules;
}

const std::vector<LibraryRule>& library_rules() {
  static const std::vector<LibraryRule> rules{
      {.library = "liburing",
       .header = R"(^liburing(\.h|/))",
       .only_in = R"(^(scheduler/backends|bench/raw)/io_uring[^/]*$)"},
      {.library = "CLI11", .header = "^CLI/", .only_in = R"(^(command_line/|(server|client)/[a-z_]*options\.cpp$))"},
      {.library = "spdlog", .header = "^spdlog/", .only_in = R"(^server/log\.cpp$)"},
      {.library = "Boost.URL", .header = "^boost/url", .only_in = R"(^transports/url\.cpp$)"},
      {.library = "OpenSSL",
       .header = "^openssl/",
       .only_in = R"(^client/(scenario/encoded_bytes|load/hdr_log)\.cpp$)"},
      {.library = "nlohmann_json", .header = "^nlohmann/", .not_in = "^(scheduler|echo)/"},
      {.library = "fmt", .header = "^fmt/", .not_in = "^(scheduler|echo)/"},
      {.library = "pugixml", .header = "^pugixml", .only_in = R"(^client/report/junit\.cpp$)"},
      {.library = "zlib", .header = R"(^zlib\.h)", .only_in = R"(^client/load/hdr_log\.cpp$)"},
      {.library = "RE2", .header = "^re2/", .not_in = "^(scheduler|echo)/"},
      {.library = "libedit", .header = R"(^(histedit\.h|editline/))", .only_in = R"(^client/manual/line_editor\.cpp$)"},
      {.library = "std::experimental::simd", .header = "^experimental/simd", .only_in = R"(^echo/answer\.cpp$)"},
      {.library = "libseccomp", .header = "^seccomp", .only_in = "^tests/"},
      {.library = "Google Benchmark", .header = "^benchmark/", .only_in = "^bench/"},
      {.library = "Asio", .header = R"(^asio(\.hpp|/))", .only_in = "^bench/peers/"},
      {.library = "libuv", .header = R"(^uv(\.h|/))", .only_in = "^bench/peers/"},
      {.library = "GoogleTest", .header = "^g(test|mock)/", .only_in = "^tests/"},
  };
  return rules;
}

const std::vector<LongFile>& long_files() {
  static const std::vector<LongFile> files{};
  return files;
}

std::span<const BannedText> banned_texts() { return kBannedTexts; }

}  // namespace repository
