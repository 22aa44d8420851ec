#pragma once

#include <cstddef>

#include "scheduler/fiber.h"
#include "scheduler/operation.h"
#include "scheduler/result.h"
#include "scheduler/task.h"

// Scope: the only way to run two things at once. It spawns tasks as fibers of their own, and is joined before it ends,
// so that no fiber outlives what it uses:
//
//   Scope scope;
//   scope.spawn(session(std::move(stream), server));
//   ...
//   co_await scope.join();
//
// A scope belongs to the fiber that made it; children may spawn into it too. When the joining fiber is cancelled the
// children are cancelled, and the join still waits for them.

namespace sched {

class Scope {
 public:
  /// What happens to the others when a child ends with an error.
  enum class OnFailure : bool { cancel_siblings, keep_siblings };

  explicit Scope(OnFailure on_failure = OnFailure::cancel_siblings);
  ~Scope();

  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// Runs `task` as a fiber of its own, starting in a later turn of the ready queue. Its arguments live until it ends.
  /// In a cancelled scope it starts cancelled. Throws std::bad_alloc, before anything was started.
  template <typename T>
  void spawn(Task<T> task) {
    static_assert(std::is_void_v<T> || std::is_same_v<T, Result<void>>, "a child's value would be lost");
    start(task.release(), [](std::coroutine_handle<> root) -> Result<void> {
      auto& promise = Task<T>::Handle::from_address(root.address()).promise();
      try {
        if constexpr (std::is_void_v<T>) {
          promise.take();
          return {};
        } else {
          return promise.take();
        }
      } catch (const std::bad_alloc&) {
        return failure(ErrorCode::out_of_memory, "task");
      }
    });
  }

  /// Asks every child, and those that come later, to end.
  void cancel();

  /// The number of children that have not ended.
  std::size_t size() const { return size_; }

  /// Completes when no child is left. Result: the first error of a child, else nothing. Cancellation: cancels the
  /// children and goes on waiting; in a cancelled fiber it does so from the start. One join at a time.
  class Join final : public Operation {
   public:
    explicit Join(Scope& scope) : scope_(scope) {}

    const char* name() const override { return "join"; }
    bool attempt() override;
    void cancel() override { scope_.cancel(); }
    bool await_ready();
    Result<void> await_resume() { return scope_.first_failure_; }

   private:
    Scope& scope_;
  };

  Join join() { return Join(*this); }

 private:
  friend class Scheduler;

  void start(std::coroutine_handle<> root, Fiber::Outcome outcome);
  void child_ended(Fiber& child);

  Scheduler& scheduler_;
  IntrusiveList<Fiber, SiblingTag> children_;
  std::size_t size_ = 0;
  Join* joining_ = nullptr;
  Result<void> first_failure_;
  OnFailure on_failure_;
  bool cancelled_ = false;
};

}  // namespace sched
