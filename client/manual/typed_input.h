#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <variant>

#include "client/manual/ends.h"
#include "scheduler/descriptor.h"
#include "scheduler/event.h"

namespace client::manual {

/// What a user enters to be sent: a bounded queue of texts and files, for one conversation after the other.
class TypedInput final : public Input {
 public:
  sched::Task<sched::Result<void>> readable() override;
  sched::Result<sched::Lease> read(sched::Lease buffer) override;

  /// Puts `bytes` behind the others.
  void put(std::string bytes);
  /// The same with the content of a regular file, read as it is sent.
  void put(sched::Descriptor file);

  /// Completes when there is room for more. Cancellation: at once.
  sched::Event::Wait room() { return room_.wait(); }

  /// No more comes for this conversation.
  void end();
  bool has_ended() const { return has_ended_; }

  /// Drops what was not sent, for another conversation.
  void restart();

 private:
  using Piece = std::variant<std::string, sched::Descriptor>;

  void update();

  std::deque<Piece> pieces_;
  std::size_t size_ = 0;  ///< of the texts, in bytes
  bool has_ended_ = false;
  sched::Event there_;
  sched::Event room_;
};

}  // namespace client::manual
