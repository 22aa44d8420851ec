#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "scheduler/address.h"
#include "scheduler/semaphore.h"
#include "scheduler/task.h"

namespace client::run {

/// Where the URLs of targets lead. The clients of a thread share one, so that ten thousand of them ask the system's
/// resolver once. What was found is kept for the run; what was not is asked for again.
class AddressBook {
 public:
  struct NotFound {
    enum class Kind : std::uint8_t { bad_url, unresolved, cancelled };

    Kind kind = Kind::cancelled;
    std::string why;  ///< a sentence
  };
  /// At least one address, in the order in which they are to be tried.
  using Found = std::expected<std::vector<sched::Address>, NotFound>;

  /// `url` is looked at until it completes. Cancellation: at once.
  sched::Task<Found> find(const std::string& url);

 private:
  /// URLs with ${…} may differ for each client: no more are kept.
  static constexpr std::size_t kMaxKept = 1000;

  std::map<std::string, std::vector<sched::Address>> known_;
  sched::Semaphore asking_{1};
};

}  // namespace client::run
