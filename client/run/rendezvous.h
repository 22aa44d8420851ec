#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace client::run {

/// The barriers of one run of a scenario, for clients on several threads. It only counts; who waits, waits on its own
/// thread and is told through a call there when a barrier may have opened. Any thread may call it.
class Rendezvous {
 public:
  /// Which opening of a barrier a client waits for.
  struct Ticket {
    std::uint64_t opening = 0;
  };

  /// What a ticket's holder finds.
  enum class State : std::uint8_t { closed, open, broken };

  /// Calls `changed` whenever a barrier has opened or broken; it must be quick and may be called on any thread.
  void on_change(std::function<void()> changed);

  /// Comes to a barrier that opens whenever `parties` have come.
  Ticket arrive(const std::string& name, std::uint64_t parties);
  State state(const std::string& name, Ticket ticket) const;
  /// Gives up waiting; of no effect once the barrier has opened.
  void leave(const std::string& name, Ticket ticket);

  /// Who will not come to a barrier.
  struct Breaker {
    std::string who;          ///< empty: nobody, it is whole
    std::uint32_t stage = 0;  ///< of its failure
  };

  /// A party has failed and will not come: everyone who waits at the barrier or comes later is told so, and of the
  /// first one.
  void break_up(const std::string& name, const Breaker& by);
  Breaker broken_by(const std::string& name) const;

  /// How many are waiting at a barrier.
  std::uint64_t waiting(const std::string& name) const;

 private:
  struct Barrier {
    std::uint64_t openings = 0;
    std::uint64_t arrived = 0;
    Breaker broken_by;
  };

  void tell_all();
  Barrier barrier(const std::string& name) const;

  mutable std::mutex mutex_;
  std::map<std::string, Barrier> barriers_;
  std::vector<std::function<void()>> changed_;
};

}  // namespace client::run
