#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "client/run/keeper.h"
#include "client/run/output_tail.h"
#include "scheduler/descriptor.h"
#include "scheduler/task.h"
#include "scheduler/time.h"
#include "transports/url.h"

namespace client::run {

/// A server that --spawn started: a process whose output is read all the time by a thread. Neither it nor anything that
/// it has started outlives this process, however that ends (keeper.h).
class SpawnedServer {
 public:
  /// Starts `words`, a program (looked up in PATH) and its arguments, without a shell. Before there is an io_uring. The
  /// error is a sentence.
  static std::expected<std::unique_ptr<SpawnedServer>, std::string> start(const std::vector<std::string>& words);

  /// Stops it.
  ~SpawnedServer();

  SpawnedServer(const SpawnedServer&) = delete;
  SpawnedServer& operator=(const SpawnedServer&) = delete;

  using Ready = std::expected<std::string, std::string>;

  /// What tells that it is ready; at least one of the two.
  struct Signs {
    std::vector<transport::Url> targets = {};  ///< all of them accept connections
    bool line = false;                         ///< it has printed a line READY {"url":…}
  };

  /// Completes when it is ready and gives the URL of its READY line, which is empty when that is none of the signs. The
  /// error is a sentence: it ended before, or `limit` passed. On a scheduler of this machine. Cancellation: soon, as an
  /// error.
  sched::Task<Ready> wait_until_ready(Signs signs, sched::Duration limit);

  /// Waits so long for it to end by itself. A server that dies closes its connections first, so that those who were
  /// connected know of it before it has ended. Blocks.
  void let_end(std::chrono::milliseconds time);

  /// Ends it and what it has started: SIGTERM, and SIGKILL five seconds later. Afterwards its output is complete.
  /// Blocks.
  void stop();

  /// How it ended by itself: "exit code 1", "SIGSEGV"; nothing if it did not. A signal that it died of while it was
  /// being stopped counts.
  std::optional<std::string> how_it_ended() const;

  /// The same as a sentence, for a person.
  std::optional<std::string> fault() const;

  /// The last lines that it wrote to standard output and to standard error.
  std::string output_tail() const;
  std::string log_tail() const;

 private:
  SpawnedServer(Kept kept, sched::Descriptor out, sched::Descriptor err);

  sched::Task<Ready> wait_for_signs(const Signs& signs);
  sched::Task<Ready> wait_for_line();
  sched::Task<std::expected<void, std::string>> wait_until_accepts(transport::Url target);
  std::string ended_before(std::string_view what) const;

  void read_output();
  void read_some(pollfd& from, void (SpawnedServer::*take)(std::string_view));
  void take_output(std::string_view bytes);
  void take_log(std::string_view bytes);
  void find_ready_line(std::string_view bytes);
  void note_end(pollfd& from);
  void note_silence();
  bool is_silent() const;

  Kept kept_;
  sched::Descriptor out_;
  sched::Descriptor err_;
  sched::Descriptor stop_reading_;  ///< an eventfd
  bool is_stopped_ = false;

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable end_noted_;
  std::condition_variable reading_ended_;
  std::function<void()> when_changed_;  ///< called when the URL is known, or will not be
  std::string line_;                    ///< of the output, as far as it has come; until the URL is known
  bool is_line_too_long_ = false;       ///< to be a READY line
  bool is_out_open_ = true;
  std::optional<std::string> url_;
  OutputTail out_tail_;
  OutputTail err_tail_;
  std::optional<ProgramEnd> end_;
  bool is_reading_ = true;

  std::jthread reader_;
};

}  // namespace client::run
