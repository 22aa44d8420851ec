#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "scheduler/descriptor.h"
#include "scheduler/time.h"

namespace client::run {

/// A server that --spawn started: a process whose output is read all the time by a thread of its own. Destroying it
/// stops the process: SIGTERM, and SIGKILL when it has not ended five seconds later.
class SpawnedServer {
 public:
  /// Starts `words`, a program (looked up in PATH) and its arguments, without a shell. The error is a sentence.
  static std::expected<std::unique_ptr<SpawnedServer>, std::string> start(const std::vector<std::string>& words);
  ~SpawnedServer();

  SpawnedServer(const SpawnedServer&) = delete;
  SpawnedServer& operator=(const SpawnedServer&) = delete;

  /// Waits until it prints a line READY {"url":…} and gives the URL. The error is a sentence: it ended, or nothing came
  /// in `limit`.
  std::expected<std::string, std::string> wait_until_ready(sched::Duration limit);

  /// The end of what it wrote to standard error, and how it ended if it has.
  std::string log_tail() const;

 private:
  SpawnedServer(pid_t pid, sched::Descriptor out, sched::Descriptor err);
  void read_output();
  void take_output(std::string_view bytes);
  void take_log(std::string_view bytes);

  pid_t pid_;
  sched::Descriptor out_;
  sched::Descriptor err_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string out_text_;  ///< until the URL is known
  std::optional<std::string> url_;
  std::string err_text_;  ///< the end of it
  bool ended_ = false;    ///< both pipes are at their end
  std::jthread reader_;
};

}  // namespace client::run
