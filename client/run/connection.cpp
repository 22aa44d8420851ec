#include "client/run/connection.h"

namespace client::run {

void Connection::consume(std::size_t count) {
  consumed_ += count;
  if (consumed_ < bytes_.size()) return;
  bytes_.clear();
  consumed_ = 0;
}

sched::Task<void> Connection::read() {
  for (;;) {
    const sched::Result<sched::Lease> received = co_await stream_.receive();
    if (!received) {
      if (received.error().code != sched::ErrorCode::cancelled) ended_ = received.error();
      break;
    }
    received_ += received->size();
    if (unread().size() + received->size() > max_unread_) {
      overflowed_ = true;
      break;
    }
    // What was consumed makes room before the memory grows.
    if (consumed_ > 0 && bytes_.size() + received->size() > bytes_.capacity()) {
      bytes_.erase(0, consumed_);
      consumed_ = 0;
    }
    bytes_.append(reinterpret_cast<const char*>(received->bytes().data()), received->size());
    changed_.set();
  }
  changed_.set();
}

sched::Task<void> Connection::stop_reading() {
  reader_.cancel();
  [[maybe_unused]] const sched::Result<void> joined = co_await reader_.join();
}

sched::Task<void> Connection::close() {
  co_await stop_reading();
  stream_.close();
}

sched::Task<void> Connection::reset() {
  co_await stop_reading();
  stream_.reset();
}

}  // namespace client::run
