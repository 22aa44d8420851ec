#include "tests/support/exchange.h"

#include <algorithm>
#include <utility>

namespace support {
namespace {

constexpr size_t kReceive = 1024 * 1024;

/// Compares what comes with what has to come.
class Comparison {
 public:
  explicit Comparison(const Repeated& expected) : expected_(expected) {}

  /// Whether all is well so far.
  bool add(std::string_view bytes) {
    while (!bytes.empty() && difference_.empty()) {
      const bool more = received_ < expected_.size();
      const std::string_view due = more ? expected_.from(received_).substr(0, bytes.size()) : std::string_view();
      if (!more || !bytes.starts_with(due)) difference_ = "it differs in the bytes from " + place();
      received_ += due.size();
      bytes.remove_prefix(due.size());
    }
    return difference_.empty();
  }

  std::string difference() const {
    if (!difference_.empty() || received_ == expected_.size()) return difference_;
    return "it ends at byte " + place();
  }

 private:
  std::string place() const { return std::to_string(received_) + " of " + std::to_string(expected_.size()); }

  const Repeated& expected_;
  size_t received_ = 0;
  std::string difference_;
};

}  // namespace

Repeated::Repeated(std::string text, size_t times, std::string before)
    : before_(std::move(before)), text_(std::move(text)), times_(times) {}

std::string_view Repeated::from(size_t offset) const {
  if (offset < before_.size()) return std::string_view(before_).substr(offset);
  return std::string_view(text_).substr((offset - before_.size()) % text_.size());
}

std::string exchange(Socket& socket, const Repeated& said, const Repeated& answer,
                     const std::function<bool()>& peer_rests) {
  Comparison comparison(answer);
  for (size_t sent = 0; sent < said.size();) {
    const size_t count = socket.try_send(said.from(sent));
    sent += count;
    if (count > 0 || (peer_rests && !peer_rests())) continue;
    const std::string bytes = socket.receive_some(kReceive);
    if (!comparison.add(bytes) || bytes.empty()) return comparison.difference();
  }
  socket.shutdown_send();
  for (;;) {
    const std::string bytes = socket.receive_some(kReceive);
    if (!comparison.add(bytes) || bytes.empty()) return comparison.difference();
  }
}

}  // namespace support
