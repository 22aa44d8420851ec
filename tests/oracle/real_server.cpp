#include "tests/oracle/real_server.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <exception>
#include <future>

#include "scheduler/check.h"
#include "tests/oracle/real_player.h"

namespace oracle {

namespace {

void play(const Server& server, unsigned slowness, int end, std::promise<Ports>& ports) {
  sched::check(::unshare(CLONE_FILES) == 0, "a thread cannot have a descriptor table of its own");
  std::optional<RealPlayer> player;
  try {
    player.emplace(server, slowness);
  } catch (const std::exception&) {
    return ports.set_exception(std::current_exception());
  }
  ports.set_value(player->ports());
  player->play(end);
}

}  // namespace

RealServer::RealServer(const Server& server, unsigned slowness) : end_(::eventfd(0, EFD_CLOEXEC)) {
  std::promise<Ports> ports;
  thread_ = std::jthread([&, end = end_.get()] { play(server, slowness, end, ports); });
  ports_ = ports.get_future().get();
}

RealServer::~RealServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(end_.get(), &one, sizeof one);
  thread_.join();
}

}  // namespace oracle
