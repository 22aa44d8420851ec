#include "scheduler/backends/simulated_trace.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sched::simulated {

const char* name_of(Mark mark) {
  switch (mark) {
    case Mark::refused:
      return "refused";
    case Mark::backlog_full:
      return "backlog full";
    case Mark::reset:
      return "reset";
    case Mark::half_close:
      return "half-close";
    case Mark::segment_split:
      return "segment split";
    case Mark::coalesced:
      return "coalesced";
    case Mark::short_receive:
      return "short receive";
    case Mark::send_buffer_full:
      return "send buffer full";
    case Mark::spurious_wake:
      return "spurious wake";
    case Mark::late_cancel:
      return "late cancel";
    case Mark::out_of_descriptors:
      return "out of descriptors";
    case Mark::lost_accept:
      return "lost accept";
    case Mark::short_accept:
      return "short accept";
  }
  return "unknown";
}

void Trace::mix(std::uint64_t word) {
  hash_ = (hash_ ^ word) * 0x9fb2'1c65'1e98'df25;
  hash_ ^= hash_ >> 32;
}

void Trace::mix(Bytes bytes) {
  mix(bytes.size());
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), count);
    mix(word);
    bytes = bytes.subspan(count);
  }
}

void Trace::record(Instant at, const char* what, std::uint64_t subject, std::uint64_t amount, Bytes content) {
  mix(std::as_bytes(std::span(std::string_view(what))));
  mix(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  mix(subject);
  mix(amount);
  mix(content);
  last_[recorded_++ % kKept] = {at, what, subject, amount};
}

std::string Trace::tail() const {
  std::string text;
  for (std::uint64_t i = recorded_ - std::min<std::uint64_t>(recorded_, kKept); i < recorded_; ++i) {
    const Entry& entry = last_[i % kKept];
    const auto at = std::chrono::duration_cast<std::chrono::microseconds>(entry.at.time_since_epoch());
    text += "  " + std::to_string(at.count()) + " us  " + entry.what + " " + std::to_string(entry.subject) + ": " +
            std::to_string(entry.amount) + "\n";
  }
  return text;
}

}  // namespace sched::simulated
