#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <liburing.h>

#include "scheduler/backends/io_uring.h"
#include "scheduler/descriptor.h"
#include "scheduler/intrusive_list.h"
#include "scheduler/result.h"
#include "scheduler/time.h"

// UringRing: the conversation with the kernel. Whoever wants something of it is scheduled, and is asked for its
// submissions at the end of the turn; then one system call submits them all and waits; then completions are handed to
// their requests. A request lives until its last completion. Everything happens on the thread that made the ring.

namespace sched {

struct ScheduledTag;

/// What the kernel was asked for: at most one submission at a time, which has one completion or, if it is a multishot,
/// several.
class UringRequest {
 public:
  /// Whether a completion is still to come.
  bool in_flight() const { return in_flight_; }

 protected:
  ~UringRequest() = default;

 private:
  friend class UringRing;

  /// `result` as the system call gives it, or a negated errno; `flags` are the completion's (IORING_CQE_F_...). The
  /// request may be destroyed here if it is no longer in flight. It wakes operations and schedules, and submits
  /// nothing.
  virtual void on_completion(std::int32_t result, std::uint32_t flags) = 0;

  static constexpr std::uint32_t kNotSilent = static_cast<std::uint32_t>(-1);

  std::uint32_t silent_place_ = kNotSilent;  ///< in UringRing::silent_
  bool in_flight_ = false;
  bool cancelling_ = false;
};

/// A request whose completions a member function of its owner takes.
template <typename Owner, void (Owner::*kHandler)(std::int32_t, std::uint32_t)>
class UringRequestOf final : public UringRequest {
 public:
  explicit UringRequestOf(Owner& owner) : owner_(owner) {}

 private:
  void on_completion(std::int32_t result, std::uint32_t flags) override { (owner_.*kHandler)(result, flags); }

  Owner& owner_;
};

/// Something that has submissions to make at the end of the turn.
class UringSubmitter : public ListNode<ScheduledTag> {
 public:
  /// How many submissions, cancellations included, one makes at most.
  static constexpr unsigned kMaxSubmissions = 3;

 protected:
  ~UringSubmitter() = default;

 private:
  friend class UringRing;

  virtual void submit() = 0;
};

class UringRing {
 public:
  static constexpr std::size_t kMaxParts = 16;

  /// What a sendmsg(2) submission points at.
  struct Message {
    msghdr header;
    std::array<iovec, kMaxParts> parts;
  };

  static Result<std::unique_ptr<UringRing>> make(const UringOptions& options);
  ~UringRing();

  UringRing(const UringRing&) = delete;
  UringRing& operator=(const UringRing&) = delete;

  bool has(UringFeature feature) const { return (features_ & static_cast<std::uint32_t>(feature)) != 0; }
  io_uring& raw() { return ring_; }

  /// `submitter` is asked for its submissions at the end of this turn, once.
  void schedule(UringSubmitter& submitter) {
    if (!static_cast<ListNode<ScheduledTag>&>(submitter).is_linked()) scheduled_.push_back(submitter);
  }

  /// Closes `fd`, of which the kernel holds nothing any more, with the submissions of this turn.
  void close(Descriptor fd);

  // From within UringSubmitter::submit():

  /// A submission for `request`, which is not in flight, to be filled in by an io_uring_prep_ function.
  template <typename Prepare>
  io_uring_sqe& submit(UringRequest& request, Prepare prepare) {
    io_uring_sqe& submission = next_submission();
    prepare(&submission);
    track(submission, request);
    return submission;
  }

  /// Memory for the message of the submission that is being prepared, valid until that is submitted.
  Message& next_message();

  /// Lets `submission` complete without a word if it gives `result` at once, unless there are very many of the kind;
  /// on_completion() is called all the same, after the completions of this turn. `awaited`: someone waits for that, so
  /// the turn does not block.
  void make_silent(io_uring_sqe& submission, UringRequest& request, std::int32_t result, bool awaited);

  /// Asks the kernel to end `request`, if it is in flight and was not asked before. Its completion still comes.
  void cancel(UringRequest& request);

  // For the backend:

  /// Collects the submissions of all that were scheduled.
  void collect();

  /// Whether descriptors wait to be closed.
  bool has_to_close() const { return !to_close_.empty(); }

  /// Whether a silent submission was collected and has not completed yet.
  bool has_silent() const { return !silent_.empty(); }

  /// Submits what was collected, waits for `wait`, or for ever if it is the longest duration, unless something is
  /// there, and completes requests.
  void enter(Duration wait);

  /// Completes every request that the kernel can complete now.
  void catch_up();

  /// Ends `request`, if it is in flight, with its last completion, and completes whatever else the kernel can complete.
  void cancel_now(UringRequest& request);

 private:
  UringRing() = default;

  /// A request whose success is not told; null once it has failed, and has been told of.
  struct Silent {
    UringRequest* request;
    std::int32_t result;
  };

  io_uring_sqe& next_submission();
  void track(io_uring_sqe& submission, UringRequest& request);
  bool make_room();
  void collect_closes();
  bool kernel_has_work() const;
  void call_kernel(Duration wait);
  unsigned reap();
  void complete(UringRequest& request, std::int32_t result, std::uint32_t flags);
  void complete_silent();

  io_uring ring_{};
  std::uint32_t features_ = 0;
  bool silent_awaited_ = false;
  IntrusiveList<UringSubmitter, ScheduledTag> scheduled_;
  std::vector<Descriptor> to_close_;  ///< it never grows beyond what it has room for
  std::vector<Silent> silent_;        ///< of this turn; it never grows beyond what it has room for
  std::vector<Message> messages_;
};

}  // namespace sched
