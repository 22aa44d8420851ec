#include "client/run/stop_source.h"

#include <utility>

namespace client::run {

bool StopSource::stop(int signal) {
  const std::lock_guard lock(mutex_);
  if (signal_ != 0) return false;
  signal_ = signal;
  for (const Handler& handler : handlers_) handler(signal);
  return true;
}

StopSource::Subscription::Subscription(StopSource& source, Handler handler) : source_(source) {
  const std::lock_guard lock(source_.mutex_);
  if (source_.signal_ != 0) handler(source_.signal_);
  place_ = source_.handlers_.insert(source_.handlers_.end(), std::move(handler));
}

StopSource::Subscription::~Subscription() {
  const std::lock_guard lock(source_.mutex_);
  source_.handlers_.erase(place_);
}

}  // namespace client::run
