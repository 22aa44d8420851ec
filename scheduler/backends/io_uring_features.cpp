#include "scheduler/backends/io_uring_features.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <new>
#include <vector>

#include "scheduler/check.h"
#include "scheduler/descriptor.h"

namespace sched {

namespace {

constexpr std::uint32_t bit(UringFeature feature) { return static_cast<std::uint32_t>(feature); }

struct NeededFeature {
  UringFeature feature;
  const char* name;
};

constexpr std::array kNeeded{
    NeededFeature{UringFeature::timed_wait, "io_uring's timed wait"},
    NeededFeature{UringFeature::kept_overflow, "io_uring's completion overflow list"},
    NeededFeature{UringFeature::stable_submission, "io_uring's stable submission"},
    NeededFeature{UringFeature::silent_success, "io_uring's silent completion"},
    NeededFeature{UringFeature::buffer_rings, "io_uring's provided buffer ring"},
    NeededFeature{UringFeature::multishot_receive, "io_uring's multishot receive"},
    NeededFeature{UringFeature::multishot_accept, "io_uring's multishot accept"},
};

struct SocketPair {
  Descriptor near;
  Descriptor far;

  static Result<SocketPair> make(int type) {
    std::array<int, 2> fds{-1, -1};
    if (::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) {
      return system_error("socketpair", errno);
    }
    return SocketPair{.near = Descriptor(fds[0]), .far = Descriptor(fds[1])};
  }
};

/// What one submission completes with, without waiting for anything.
std::vector<io_uring_cqe> try_out(io_uring& ring, const io_uring_sqe& submission) {
  *io_uring_get_sqe(&ring) = submission;
  io_uring_submit_and_get_events(&ring);
  std::vector<io_uring_cqe> completions;
  unsigned head = 0;
  io_uring_cqe* completion = nullptr;
  io_uring_for_each_cqe(&ring, head, completion) completions.push_back(*completion);
  io_uring_cq_advance(&ring, static_cast<unsigned>(completions.size()));
  return completions;
}

/// Fills the socket: one send that fits and must be silent, one that fits in part, one that does not fit. Both of these
/// must say so.
bool sends_silently(io_uring& ring, const SocketPair& pair) {
  const int least = 0;
  ::setsockopt(pair.near.get(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
  const std::vector<char> bytes(64 * 1024);
  const auto send = [&](std::size_t size) {
    io_uring_sqe submission{};
    io_uring_prep_send(&submission, pair.near.get(), bytes.data(), size, MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL);
    submission.flags |= IOSQE_CQE_SKIP_SUCCESS;
    return try_out(ring, submission);
  };
  const auto fitting = send(1);
  const auto partial = send(bytes.size());
  const auto refused = send(bytes.size());
  return fitting.empty() && partial.size() == 1 && partial[0].res > 0 && refused.size() == 1 &&
         refused[0].res == -EAGAIN;
}

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};

/// A multishot receive of several bytes through a ring of one buffer of one byte: it gives a byte and announces more,
/// then has no buffer.
std::uint32_t receive_features(io_uring& ring, const SocketPair& pair) {
  constexpr int kGroup = 0;
  constexpr std::size_t kPage = 4096;
  const std::unique_ptr<void, Freed> memory(std::aligned_alloc(kPage, kPage));
  if (!memory) throw std::bad_alloc();
  if (::send(pair.near.get(), "bytes", 5, MSG_NOSIGNAL) != 5) return 0;
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory.get());
  registration.ring_entries = 1;
  registration.bgid = kGroup;
  if (io_uring_register_buf_ring(&ring, &registration, 0) != 0) return 0;
  auto* buffers = static_cast<io_uring_buf_ring*>(memory.get());
  char byte = 0;
  io_uring_buf_ring_init(buffers);
  io_uring_buf_ring_add(buffers, &byte, 1, 0, io_uring_buf_ring_mask(1), 0);
  io_uring_buf_ring_advance(buffers, 1);
  io_uring_sqe submission{};
  io_uring_prep_recv_multishot(&submission, pair.far.get(), nullptr, 0, 0);
  submission.flags |= IOSQE_BUFFER_SELECT;
  submission.buf_group = kGroup;
  const auto received = try_out(ring, submission);
  io_uring_unregister_buf_ring(&ring, kGroup);
  const bool gave_one = !received.empty() && received[0].res == 1 && (received[0].flags & IORING_CQE_F_BUFFER) != 0;
  const bool announced_more = gave_one && (received[0].flags & IORING_CQE_F_MORE) != 0;
  return bit(UringFeature::buffer_rings) | (announced_more ? bit(UringFeature::multishot_receive) : 0);
}

/// A datagram socket cannot accept (EOPNOTSUPP); a kernel that does not know the multishot says EINVAL before that.
Result<bool> accepts_multishot(io_uring& ring, const SocketPair& pair) {
  io_uring_sqe submission{};
  io_uring_prep_multishot_accept(&submission, pair.near.get(), nullptr, nullptr, 0);
  const auto completions = try_out(ring, submission);
  if (completions.size() != 1) return false;
  const auto answer = system_error("accept", -completions[0].res);
  if (is_shortage(answer.error())) return answer;
  return answer.error().error_number == EOPNOTSUPP;
}

std::uint32_t declared_features(const io_uring& ring) {
  const auto declared = [&](unsigned flag, UringFeature feature) {
    return (ring.features & flag) != 0 ? bit(feature) : 0;
  };
  return declared(IORING_FEAT_EXT_ARG, UringFeature::timed_wait) |
         declared(IORING_FEAT_NODROP, UringFeature::kept_overflow) |
         declared(IORING_FEAT_SUBMIT_STABLE, UringFeature::stable_submission) |
         declared(IORING_FEAT_CQE_SKIP, UringFeature::silent_success);
}

/// What there is no descriptor or no memory to try is no feature that is missing.
Result<std::uint32_t> tried_features(io_uring& ring) {
  const Result<SocketPair> streams = SocketPair::make(SOCK_STREAM);
  if (!streams) return std::unexpected(streams.error());
  const Result<SocketPair> datagrams = SocketPair::make(SOCK_DGRAM);
  if (!datagrams) return std::unexpected(datagrams.error());
  const Result<bool> accepts = accepts_multishot(ring, *datagrams);
  if (!accepts) return std::unexpected(accepts.error());
  std::uint32_t features = receive_features(ring, *streams);
  if (*accepts) features |= bit(UringFeature::multishot_accept);
  if (sends_silently(ring, *streams)) features |= bit(UringFeature::silent_send);
  return features;
}

/// Which of those that are needed is missing, if one is.
Result<void> has_needed(std::uint32_t features) {
  for (const NeededFeature& needed : kNeeded) {
    if ((features & bit(needed.feature)) == 0) return system_error(needed.name, EOPNOTSUPP);
  }
  return {};
}

/// Returns a negated errno, or the feature that the set-up has got beyond the plain one.
Result<std::uint32_t> make_ring(io_uring& ring, const UringOptions& options) {
  constexpr unsigned kBest = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  constexpr unsigned kCooperative = IORING_SETUP_COOP_TASKRUN;
  const bool deferred = (options.masked_features & bit(UringFeature::deferred_work)) == 0;
  int made = -EINVAL;
  for (const unsigned flags : {deferred ? kBest : kCooperative, kCooperative}) {
    io_uring_params params{};
    params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_TASKRUN_FLAG | flags;
    params.cq_entries = options.completion_entries;
    made = io_uring_queue_init_params(options.submission_entries, &ring, &params);
    if (made == 0) return flags == kBest ? bit(UringFeature::deferred_work) : 0;
    if (made != -EINVAL) break;
  }
  return system_error("io_uring_setup", -made);
}

}  // namespace

Result<std::uint32_t> set_up_uring(io_uring& ring, const UringOptions& options) {
  ring = {};
  Result<std::uint32_t> features = make_ring(ring, options);
  if (!features) return features;
  // A child of fork(2) must not share the queues.
  io_uring_ring_dontfork(&ring);
  const Result<std::uint32_t> tried = tried_features(ring);
  *features |= declared_features(ring) | tried.value_or(0);
  *features &= ~options.masked_features;
  const Result<void> usable = tried ? has_needed(*features) : std::unexpected(tried.error());
  if (!usable) {
    io_uring_queue_exit(&ring);
    ring = {};
    return std::unexpected(usable.error());
  }
  if ((options.masked_features & bit(UringFeature::registered_ring)) == 0 && io_uring_register_ring_fd(&ring) == 1) {
    *features |= bit(UringFeature::registered_ring);
  }
  return features;
}

}  // namespace sched
