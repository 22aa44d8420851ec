#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/oracle/doubts.h"
#include "tests/oracle/liar.h"

// A connection as a client sees it, in the judge's head: what has arrived of what the server did. Packets take no time.

namespace oracle {

class Wire {
 public:
  enum class End : std::uint8_t { fin, reset };

  /// The connection of this number at its port. The script and the doubts outlive it.
  Wire(const Script& script, std::uint64_t number, Time now, Doubts& doubts);

  /// Lets everything happen up to `to`.
  void advance(Time to);

  /// When something arrives next.
  std::optional<Time> next() const { return liar_.next(); }

  const std::string& unread() const { return unread_; }
  const std::optional<End>& ended() const { return ended_; }
  void take(std::size_t bytes) { unread_.erase(0, bytes); }
  void drop_unread() { unread_.clear(); }

  /// Notes a doubt when something that is unread has come, or will come, at about `now`.
  void want_settled(Time now, const char* why) const;
  /// The same of the end of the stream.
  void want_settled_end(Time now, const char* why) const;

  /// Not where the peer has reset, nor behind the client's own FIN.
  bool can_send(Time now) const;
  bool has_shut_down() const { return has_shut_down_; }
  /// False when the peer does not read and it is too much for what lies between.
  bool send(Time now, std::string_view bytes);
  void end_sending(Time now);

 private:
  void doubt_when_near(std::optional<Time> at, Time now, const char* why) const;

  Doubts& doubts_;
  Liar liar_;
  std::string unread_;
  std::optional<Time> arrived_;
  std::optional<End> ended_;
  std::optional<Time> ended_at_;
  std::optional<Time> broken_at_;  ///< nothing that is sent later leaves
  bool has_shut_down_ = false;     ///< the client
  bool has_closed_ = false;        ///< the server, both directions
  std::uint64_t unreceived_ = 0;
};

}  // namespace oracle
