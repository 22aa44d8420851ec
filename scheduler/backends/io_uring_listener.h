#pragma once

#include <cstdint>
#include <deque>

#include "scheduler/backends/accept_retries.h"
#include "scheduler/backends/io_uring_ring.h"
#include "scheduler/backends/io_uring_stream.h"
#include "scheduler/descriptor.h"
#include "scheduler/listener.h"

namespace sched {

/// A listener on io_uring: a multishot accept, which stays while someone accepts. Nobody accepts any more: it is
/// cancelled, and the connections that came meanwhile, few, wait here for the next accept. It ends with an error
/// (EMFILE): the error goes to who accepts, and it is asked for again when they accept again.
class UringListener final : public ListenerState, public UringSubmitter {
 public:
  UringListener(Descriptor listening, const StreamOptions& streams, UringContext& context)
      : fd_(std::move(listening)), streams_(streams), context_(context) {}

  bool attempt(AcceptOperation& operation);

  int fd() const { return fd_.get(); }

  /// Closes, and destroys the listener when the kernel has let go of it.
  void close();

 private:
  void submit() override;
  void on_accepted(std::int32_t result, std::uint32_t flags);
  bool finish_accept(AcceptOperation& operation);
  bool give(AcceptOperation& operation, Descriptor fd);
  void accept_now(AcceptOperation& operation);
  void keep(Descriptor fd);
  bool let_go();

  Descriptor fd_;
  const StreamOptions streams_;
  UringContext& context_;
  UringRequestOf<UringListener, &UringListener::on_accepted> accepting_{*this};
  AcceptRetries retries_;
  std::deque<Descriptor> accepted_;
  int error_number_ = 0;  ///< why the last multishot ended, until someone is told
  bool is_closed_ = false;
};

}  // namespace sched
