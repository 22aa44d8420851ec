#pragma once

#include <functional>
#include <list>
#include <mutex>

namespace client::run {

/// What tells all scenarios that run at a time that a signal has come. Any thread.
class StopSource {
 public:
  using Handler = std::function<void(int signal)>;

  /// Calls every handler that is subscribed, and those that will be, at the first signal. Whether it was the first.
  bool stop(int signal);

  /// `handler` is called on whatever thread, not after this subscription has ended.
  class Subscription {
   public:
    Subscription(StopSource& source, Handler handler);
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription();

   private:
    StopSource& source_;
    std::list<Handler>::iterator place_;
  };

 private:
  std::mutex mutex_;
  std::list<Handler> handlers_;
  int signal_ = 0;
};

}  // namespace client::run
