#pragma once

#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/listener.h"
#include "tests/support/socket.h"

namespace programs {

/// Plays the server for one client, beside the test, which fails with what is thrown.
class Peer {
 public:
  explicit Peer(std::function<void(support::Socket)> play) : thread_([this, play = std::move(play)] { run(play); }) {}

  const std::string& url() const { return listener_.url(); }

  /// Waits until it has played its part.
  void finish() { thread_.join(); }

 private:
  void run(const std::function<void(support::Socket)>& play) {
    try {
      play(listener_.accept());
    } catch (const std::exception& error) {
      ADD_FAILURE() << "the peer: " << error.what();
    }
  }

  support::Listener listener_;
  std::jthread thread_;
};

}  // namespace programs
