#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <vector>

#include "scheduler/descriptor.h"

// A keeper is a process between this one and a program that it starts. It adopts whatever the program leaves behind, in
// whatever group or session that is, and ends all of it when it is asked to, and when this process has ended, by
// whatever that was. Its only threads are its own: it is forked, and makes none.

namespace client::run {

/// How a kept program has ended.
struct ProgramEnd {
  enum class When : int {
    by_itself,  ///< nobody had asked it to
    asked,      ///< after SIGTERM
    killed,     ///< after SIGKILL, for it had not ended in its time
  };

  When when = When::by_itself;
  bool is_signal = false;  ///< else it has exited
  int status = 0;          ///< the exit code, or the signal that it died of
};

/// A program and its keeper.
struct Kept {
  pid_t keeper = 0;         ///< a child of this process, to be waited for
  sched::Descriptor end;    ///< a byte written here ends everything
  sched::Descriptor ended;  ///< gives a ProgramEnd when the program has ended
};

/// Starts `words`, a program (looked up in PATH) and its arguments, the leader of a group of its own, which has these
/// outputs and no input. When it is to end it gets SIGTERM, and SIGKILL five seconds later, or as soon
/// as this process has ended; all that it has started and
/// that is still there gets SIGKILL then. The keeper ends when all of that has. The error is an errno.
std::expected<Kept, int> start_kept(const std::vector<std::string>& words, int out, int err);

}  // namespace client::run
