#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "scheduler/buffer.h"
#include "scheduler/time.h"

namespace sched::simulated {

/// What chance brought about. A test asserts that each was met, or else it proves nothing about it.
enum class Mark : std::uint8_t {
  refused,             ///< nobody listened where a connect went
  backlog_full,        ///< a connect came to a listener whose backlog was full
  reset,               ///< an end was told that its connection was reset
  half_close,          ///< one direction ended while the other was open
  segment_split,       ///< what was sent at once was cut
  coalesced,           ///< segments were received as one
  short_receive,       ///< a receive gave less than had arrived
  send_buffer_full,    ///< a send was not taken whole
  spurious_wake,       ///< an operation was woken for nothing
  late_cancel,         ///< a connect that was cancelled ended later
  out_of_descriptors,  ///< EMFILE
  lost_accept,         ///< a connection came to nothing as it was accepted
  short_accept,        ///< there was no memory for an accept
};
inline constexpr std::size_t kMarks = 13;

const char* name_of(Mark mark);

/// What happened in a simulation: a hash over all of it, its last part in words, and the marks.
class Trace {
 public:
  /// `what`, a literal, happened to `subject`, the number of a socket or another thing, with `amount` or `content`.
  void record(Instant at, const char* what, std::uint64_t subject, std::uint64_t amount, Bytes content = {});

  /// Depends on every record and on their order, and on nothing else: not on addresses, the compiler or its options.
  std::uint64_t hash() const { return hash_; }

  /// The last records, one a line, the oldest first.
  std::string tail() const;

  void mark(Mark mark) { ++marks_[static_cast<std::size_t>(mark)]; }
  std::uint64_t count(Mark mark) const { return marks_[static_cast<std::size_t>(mark)]; }

 private:
  struct Entry {
    Instant at{};
    const char* what = "";
    std::uint64_t subject = 0;
    std::uint64_t amount = 0;
  };
  static constexpr std::size_t kKept = 32;

  void mix(std::uint64_t word);
  void mix(Bytes bytes);

  std::uint64_t hash_ = 0;
  std::uint64_t recorded_ = 0;
  std::array<Entry, kKept> last_{};
  std::array<std::uint64_t, kMarks> marks_{};
};

}  // namespace sched::simulated
