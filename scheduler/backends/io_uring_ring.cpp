#include "scheduler/backends/io_uring_ring.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "scheduler/backends/io_uring_features.h"
#include "scheduler/backends/socket.h"
#include "scheduler/check.h"
#include "scheduler/prefetch.h"

namespace sched {

namespace {

/// So many calls without a completion tell that the kernel has no work left, whatever its flags say. Each of them does
/// some twenty pieces of it, not all of which complete something.
constexpr int kFruitlessCalls = 64;

/// So many completions before its own, the stream that a request is part of is asked for: what lies before the request
/// and behind.
constexpr unsigned kPrefetchedAhead = 4;
constexpr std::size_t kBeforeRequest = 192;
constexpr std::size_t kAroundRequest = 320;

/// Whether a failed io_uring_enter(2) may be tried again later: interrupted, timed out, or the kernel wants completions
/// to be reaped first or has no memory now.
bool is_passing(int error_number) {
  return error_number == EINTR || error_number == ETIME || error_number == EBUSY || error_number == EAGAIN ||
         error_number == ENOMEM;
}

}  // namespace

Result<std::unique_ptr<UringRing>> UringRing::make(const UringOptions& options) {
  std::unique_ptr<UringRing> ring(new UringRing);
  const Result<std::uint32_t> features = set_up_uring(ring->ring_, options);
  if (!features) return std::unexpected(features.error());
  ring->features_ = *features;
  ring->messages_.resize(ring->ring_.sq.ring_entries);
  ring->to_close_.reserve(ring->ring_.sq.ring_entries);
  ring->silent_.reserve(ring->ring_.cq.ring_entries);
  return ring;
}

UringRing::~UringRing() {
  if (ring_.sq.sqes != nullptr) io_uring_queue_exit(&ring_);
}

io_uring_sqe& UringRing::next_submission() {
  io_uring_sqe* submission = io_uring_get_sqe(&ring_);
  check(submission != nullptr, "a submitter makes more submissions than it may");
  return *submission;
}

void UringRing::track(io_uring_sqe& submission, UringRequest& request) {
  check(!request.in_flight_, "a request is submitted twice");
  request.in_flight_ = true;
  io_uring_sqe_set_data(&submission, &request);
}

UringRing::Message& UringRing::next_message() {
  // One for each place in the submission queue: when the place is used again, the message has been read.
  return messages_[ring_.sq.sqe_tail & ring_.sq.ring_mask];
}

void UringRing::make_silent(io_uring_sqe& submission, UringRequest& request, std::int32_t result, bool awaited) {
  if (silent_.size() == silent_.capacity()) return;
  submission.flags |= IOSQE_CQE_SKIP_SUCCESS;
  request.silent_place_ = static_cast<std::uint32_t>(silent_.size());
  silent_.push_back({&request, result});
  silent_awaited_ |= awaited;
}

void UringRing::cancel(UringRequest& request) {
  if (!request.in_flight_ || request.cancelling_) return;
  request.cancelling_ = true;
  io_uring_sqe& submission = next_submission();
  io_uring_prep_cancel(&submission, &request, 0);
  submission.flags |= IOSQE_CQE_SKIP_SUCCESS;
  io_uring_sqe_set_data(&submission, nullptr);
}

void UringRing::close(Descriptor fd) {
  if (to_close_.size() < to_close_.capacity()) to_close_.push_back(std::move(fd));
}

/// First of all that is collected: an accept may wait for a descriptor.
void UringRing::collect_closes() {
  while (!to_close_.empty() && make_room()) {
    io_uring_sqe& submission = next_submission();
    io_uring_prep_close(&submission, to_close_.back().release());
    submission.flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data(&submission, nullptr);
    to_close_.pop_back();
  }
}

void UringRing::collect() {
  collect_closes();
  while (!scheduled_.empty() && make_room()) scheduled_.pop_front()->submit();
}

/// Hands over what was collected when another submitter's submissions might not fit. False if the kernel takes none
/// now.
bool UringRing::make_room() {
  if (io_uring_sq_space_left(&ring_) < UringSubmitter::kMaxSubmissions) call_kernel(Duration::zero());
  return io_uring_sq_space_left(&ring_) >= UringSubmitter::kMaxSubmissions;
}

bool UringRing::kernel_has_work() const {
  return (IO_URING_READ_ONCE(*ring_.sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

void UringRing::enter(Duration wait) {
  // What could not be collected has to be tried again, and what waits for a silent completion is ready after the call.
  if (!scheduled_.empty() || silent_awaited_) wait = Duration::zero();
  if (wait > Duration::zero() || io_uring_sq_ready(&ring_) > 0 || kernel_has_work()) call_kernel(wait);
  reap();
  // Completions that were kept aside are needed now: a silent submission may have failed in one of them.
  while (io_uring_cq_has_overflow(&ring_)) {
    call_kernel(Duration::zero());
    reap();
  }
  const bool all_submitted = io_uring_sq_ready(&ring_) == 0;
  if (all_submitted) complete_silent();
  silent_awaited_ = !all_submitted;
}

void UringRing::catch_up() {
  // It ends: nothing is submitted meanwhile, and what was submitted before runs out of buffers. That there is work is
  // said after it was queued, by whoever queued it; where this thread has done it in between, it is said of none.
  reap();
  for (int fruitless = 0; kernel_has_work() && fruitless < kFruitlessCalls;) {
    call_kernel(Duration::zero());
    fruitless = reap() > 0 ? 0 : fruitless + 1;
  }
}

void UringRing::cancel_now(UringRequest& request) {
  if (!request.in_flight_ || !make_room()) return;
  cancel(request);
  call_kernel(Duration::zero());
  reap();
  catch_up();
}

/// Submits what was collected and lets the kernel do its work; waits at most `wait` for a completion.
void UringRing::call_kernel(Duration wait) {
  const __kernel_timespec limit{.tv_sec = wait.count() / 1'000'000'000, .tv_nsec = wait.count() % 1'000'000'000};
  io_uring_getevents_arg argument{};
  if (wait != Duration::max()) argument.ts = reinterpret_cast<std::uintptr_t>(&limit);
  // liburing's own calls leave out IORING_ENTER_GETEVENTS where they need not wait, and then deferred work is never
  // done.
  unsigned flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
  if (has(UringFeature::registered_ring)) flags |= IORING_ENTER_REGISTERED_RING;
  io_uring_smp_store_release(ring_.sq.ktail, ring_.sq.sqe_tail);
  const int entered =
      io_uring_enter2(static_cast<unsigned>(ring_.enter_ring_fd), io_uring_sq_ready(&ring_),
                      wait > Duration::zero() ? 1 : 0, flags, reinterpret_cast<sigset_t*>(&argument), sizeof argument);
  check(entered >= 0 || is_passing(-entered), "io_uring_enter failed");
}

/// Hands completions to their requests; returns how many there were.
unsigned UringRing::reap() {
  const unsigned ready = io_uring_cq_ready(&ring_);
  unsigned head = 0;
  unsigned count = 0;
  io_uring_cqe* completion = nullptr;
  io_uring_for_each_cqe(&ring_, head, completion) {
    if (count + kPrefetchedAhead < ready) {
      const io_uring_cqe& later = ring_.cq.cqes[(head + kPrefetchedAhead) & ring_.cq.ring_mask];
      prefetch(static_cast<const std::byte*>(io_uring_cqe_get_data(&later)) - kBeforeRequest, kAroundRequest);
    }
    ++count;
    // Nobody asks how a cancellation went.
    if (auto* request = static_cast<UringRequest*>(io_uring_cqe_get_data(completion))) {
      complete(*request, completion->res, completion->flags);
    }
  }
  io_uring_cq_advance(&ring_, count);
  return count;
}

void UringRing::complete(UringRequest& request, std::int32_t result, std::uint32_t flags) {
  request.in_flight_ = (flags & IORING_CQE_F_MORE) != 0;
  if (!request.in_flight_) {
    request.cancelling_ = false;
    const std::uint32_t place = std::exchange(request.silent_place_, UringRequest::kNotSilent);
    if (place != UringRequest::kNotSilent) silent_[place].request = nullptr;
  }
  request.on_completion(result, flags);
}

/// What was submitted silently and has not failed until now has succeeded.
void UringRing::complete_silent() {
  for (const auto& [request, result] : silent_) {
    if (request != nullptr) complete(*request, result, 0);
  }
  silent_.clear();
}

}  // namespace sched
