#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "scheduler/check.h"
#include "scheduler/operation.h"
#include "scheduler/result.h"

namespace sched {

/// A bounded queue of values between fibers of one thread, in order, first come first served at both ends. Nobody waits
/// on it when it is destroyed.
template <typename T>
class Channel {
 public:
  /// At most `capacity` values, at least 1, are on their way.
  explicit Channel(std::size_t capacity) : capacity_(capacity) {
    check(capacity > 0, "a channel holds a value at least");
  }

  /// Completes when the value is in the channel. Errors: broken when the channel is closed; cancelled, and then the
  /// value was not sent. Cancellation: at once.
  class Send final : public QueuedOperation {
   public:
    Send(Channel& channel, T value) : channel_(channel), value_(std::move(value)) {}

    const char* name() const override { return "channel send"; }
    bool attempt() override {
      if (channel_.closed_) return finish(failure(ErrorCode::broken, "channel send"));
      if (channel_.values_.size() >= channel_.capacity_) {
        channel_.senders_.push_back(*this);
        return false;
      }
      channel_.put(std::move(value_));
      return finish({});
    }
    void cancel() override {
      unlink();
      complete();
    }
    Result<void> await_resume() { return result_; }

   private:
    friend class Channel;

    bool finish(Result<void> result) {
      result_ = result;
      return true;
    }

    Channel& channel_;
    T value_;
    Result<void> result_ = failure(ErrorCode::cancelled, "channel send");
  };

  /// Completes with the oldest value. Errors: end_of_stream when the channel is closed and empty; cancelled, and then
  /// no value is lost. Cancellation: at once.
  class Receive final : public QueuedOperation {
   public:
    explicit Receive(Channel& channel) : channel_(channel) {}

    const char* name() const override { return "channel receive"; }
    bool attempt() override {
      if (channel_.values_.empty()) {
        if (channel_.closed_) result_ = failure(ErrorCode::end_of_stream, "channel receive");
        if (!channel_.closed_) channel_.receivers_.push_back(*this);
        return channel_.closed_;
      }
      result_ = channel_.take();
      return true;
    }
    void cancel() override {
      unlink();
      complete();
    }
    Result<T> await_resume() { return std::move(result_); }

   private:
    friend class Channel;

    Channel& channel_;
    Result<T> result_ = failure(ErrorCode::cancelled, "channel receive");
  };

  Send send(T value) { return Send(*this, std::move(value)); }
  Receive receive() { return Receive(*this); }

  /// No more values: those that are in it are still received, whoever waits to send or for a value that cannot come
  /// is told.
  void close() {
    closed_ = true;
    while (QueuedOperation* operation = senders_.pop_front()) {
      static_cast<Send*>(operation)->result_ = failure(ErrorCode::broken, "channel send");
      operation->complete();
    }
    while (QueuedOperation* operation = receivers_.pop_front()) {
      static_cast<Receive*>(operation)->result_ = failure(ErrorCode::end_of_stream, "channel receive");
      operation->complete();
    }
  }

 private:
  /// Hands a value to the receiver that has waited longest, or keeps it.
  void put(T value) {
    Operation* operation = receivers_.pop_front();
    if (operation == nullptr) return values_.push_back(std::move(value));
    static_cast<Receive*>(operation)->result_ = std::move(value);
    operation->complete();
  }

  /// The oldest value; the sender that has waited longest moves up.
  T take() {
    T value = std::move(values_.front());
    values_.pop_front();
    if (Operation* operation = senders_.pop_front()) {
      auto& send = static_cast<Send&>(*operation);
      values_.push_back(std::move(send.value_));
      send.result_ = {};
      send.complete();
    }
    return value;
  }

  std::deque<T> values_;
  WaitList senders_;
  WaitList receivers_;
  std::size_t capacity_;
  bool closed_ = false;
};

}  // namespace sched
