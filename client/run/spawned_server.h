#pragma once

#include <poll.h>
#include <sys/types.h>

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

#include "scheduler/descriptor.h"
#include "scheduler/task.h"
#include "scheduler/time.h"
#include "transports/url.h"

namespace client::run {

/// A server that --spawn started: a process, the leader of a group of its own, whose output is read all the time by a
/// thread. It does not outlive this process, however that ends.
class SpawnedServer {
 public:
  /// Starts `words`, a program (looked up in PATH) and its arguments, without a shell. From the thread that lives as
  /// long as the server does, and before there is an io_uring. The error is a sentence.
  static std::expected<std::unique_ptr<SpawnedServer>, std::string> start(const std::vector<std::string>& words);

  /// Stops it.
  ~SpawnedServer();

  SpawnedServer(const SpawnedServer&) = delete;
  SpawnedServer& operator=(const SpawnedServer&) = delete;

  using Ready = std::expected<std::string, std::string>;

  /// Completes when it is ready and gives the URL: when it has printed a line READY {"url":…} or, where `target` is
  /// given, when that accepts connections. The error is a sentence: it ended, or `limit` passed before. On a scheduler
  /// of this machine. Cancellation: soon, as an error.
  sched::Task<Ready> wait_until_ready(std::optional<transport::Url> target, sched::Duration limit);

  /// Ends it and what it has started: SIGTERM, and SIGKILL five seconds later. Afterwards its log is complete.
  void stop();

  /// How it ended by itself: "exit code 1", "SIGSEGV"; nothing if it did not. A signal that it died of while it was
  /// being stopped counts.
  std::optional<std::string> how_it_ended() const;

  /// The last lines that it wrote to standard error, escaped, each ended by a newline.
  std::string log_tail() const;

 private:
  SpawnedServer(pid_t pid, sched::Descriptor process, sched::Descriptor out, sched::Descriptor err);

  sched::Task<Ready> wait_for_line();
  sched::Task<Ready> wait_until_accepts(transport::Url target);
  std::optional<std::string> how_it_died() const;
  std::string ended_before(std::string_view what) const;

  void read_output();
  void read_some(pollfd& from, void (SpawnedServer::*take)(std::string_view));
  void take_output(std::string_view bytes);
  void take_log(std::string_view bytes);
  void note_end();

  const pid_t pid_;
  sched::Descriptor process_;  ///< a pidfd
  sched::Descriptor out_;
  sched::Descriptor err_;
  sched::Descriptor stop_reading_;  ///< an eventfd
  bool is_stopped_ = false;
  std::optional<std::string> how_it_ended_;  ///< when it is stopped

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable reading_ended_;
  std::function<void()> when_changed_;  ///< called when the URL is known or the process has ended
  std::string out_text_;                ///< until the URL is known
  std::optional<std::string> url_;
  std::string err_text_;  ///< the end of it
  bool is_log_cut_ = false;
  bool has_ended_ = false;
  bool is_reading_ = true;

  std::jthread reader_;
};

}  // namespace client::run
