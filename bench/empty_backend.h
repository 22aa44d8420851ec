#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "scheduler/backend.h"
#include "scheduler/backends/heap_buffers.h"
#include "scheduler/stream.h"

/// A backend without a world: its streams receive the same line once a turn and take whatever is sent. What runs on it
/// costs what the scheduler and the tasks cost.
class EmptyBackend final : public sched::Backend {
 public:
  /// `goes_on` is asked before each turn: no ends all streams. It outlives the backend's streams, as `line` does.
  template <typename GoesOn>
  EmptyBackend(sched::Bytes line, GoesOn& goes_on)
      : line_(line), goes_on_([](void* asked) { return (*static_cast<GoesOn*>(asked))(); }), asked_(&goes_on) {}

  sched::Stream open() { return {*this, *streams_.emplace_back(std::make_unique<EmptyStream>())}; }

  std::string_view name() const override { return "empty"; }
  sched::Instant now() override { return {}; }
  std::chrono::microseconds time_of_day() override { return {}; }
  std::uint64_t random() override { return 0; }

  bool attempt(sched::ReceiveOperation& operation) override {
    auto& stream = static_cast<EmptyStream&>(operation.stream);
    if (!stream.has_line && !ended_) return false;
    if (ended_) {
      operation.result = sched::failure(sched::ErrorCode::end_of_stream, "receive");
    } else {
      sched::Lease lease = buffers_.lend(line_.size());
      std::ranges::copy(line_, lease.tail_room().begin());
      lease.commit(line_.size());
      operation.result = std::move(lease);
    }
    stream.has_line = false;
    return true;
  }

  bool attempt(sched::SendOperation& operation) override {
    operation.take(operation.left());
    operation.lease = {};
    operation.result = {};
    return true;
  }

  bool attempt(sched::FlushOperation& operation) override {
    operation.result = {};
    return true;
  }

  void wait(sched::Instant /*deadline*/) override {
    ended_ = ended_ || !goes_on_(asked_);
    for (const auto& stream : streams_) {
      stream->has_line = true;
      if (stream->receiver != nullptr) stream->receiver->wake();
    }
  }

  void close(sched::StreamState& /*stream*/, sched::Close /*how*/) override {}
  sched::Result<void> shutdown_send(sched::StreamState& /*stream*/) override { return {}; }
  sched::Lease lend(std::size_t size) override { return buffers_.lend(size); }
  bool is_closing() const override { return false; }

  // What no session asks for.
  bool attempt(sched::AcceptOperation& /*operation*/) override { return false; }
  bool attempt(sched::ConnectOperation& /*operation*/) override { return false; }
  bool attempt(sched::ReadinessOperation& /*operation*/) override { return false; }
  void cancel(sched::ConnectOperation& /*operation*/) override {}
  void cancel(sched::ReadinessOperation& /*operation*/) override {}
  sched::Result<sched::ListenerState*> listen(const sched::Address& /*at*/,
                                              const sched::ListenOptions& /*how*/) override {
    return refused("listen");
  }
  sched::Result<sched::ListenerState*> adopt(sched::Descriptor /*from*/, const sched::ListenOptions& /*how*/) override {
    return refused("listen");
  }
  sched::Result<sched::Address> local_address(const sched::ListenerState& /*of*/) override {
    return refused("address");
  }
  sched::Result<sched::Address> local_address(const sched::StreamState& /*of*/) override { return refused("address"); }
  sched::Result<sched::Address> peer_address(const sched::StreamState& /*of*/) override { return refused("address"); }
  void close(sched::ListenerState& /*listener*/) override {}

 private:
  struct EmptyStream final : sched::StreamState {
    bool has_line = false;
  };

  static std::unexpected<sched::Error> refused(const char* operation) {
    return sched::failure(sched::ErrorCode::would_block, operation);
  }

  sched::Bytes line_;
  bool (*goes_on_)(void*);
  void* asked_;
  bool ended_ = false;
  sched::HeapBuffers buffers_;
  std::vector<std::unique_ptr<EmptyStream>> streams_;
};
