#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "scheduler/check.h"
#include "scheduler/frame_pool.h"
#include "scheduler/result.h"

// Task<T>, the coroutine type. A task is a piece of work written as if it blocked:
//
//   Task<Result<void>> greet(Stream& stream) {
//     auto received = co_await stream.receive();        // parks until there is something
//     ...
//     co_return Result<void>{};
//   }
//
// It is lazy: nothing runs until it is awaited (by another task) or spawned (by a Scope). Awaiting transfers control
// symmetrically, so a chain of a million tasks uses no more stack than one. A task belongs to the thread that made it.
//
// Exceptions do not cross a task. std::bad_alloc becomes ErrorCode::out_of_memory in the first task on the way out
// whose value is a Result; any other exception ends the process with its message.

namespace sched {

template <typename T = void>
class Task;

namespace detail {

template <typename T>
inline constexpr bool kIsResult = false;
template <typename T>
inline constexpr bool kIsResult<Result<T>> = true;

/// Ends the process: an exception other than bad_alloc left a task.
[[noreturn]] void exception_left_task(std::exception_ptr exception) noexcept;

class PromiseBase {
 public:
  static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { frame_pool::release(memory, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }

  auto final_suspend() noexcept {
    struct Awaiter {
      std::coroutine_handle<> continuation;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept { return continuation; }
      void await_resume() noexcept {}
    };
    return Awaiter{continuation_};
  }

  /// Who resumes when the task ends; a root task has nobody, its fiber looks after it.
  void continue_with(std::coroutine_handle<> continuation) { continuation_ = continuation; }

 private:
  std::coroutine_handle<> continuation_ = std::noop_coroutine();
};

template <typename T>
class Promise : public PromiseBase {
 public:
  Task<T> get_return_object() noexcept;

  template <typename U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }

  void unhandled_exception() noexcept {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      if constexpr (kIsResult<T>) value_.emplace(failure(ErrorCode::out_of_memory, "task"));
    } catch (...) {
      exception_left_task(std::current_exception());
    }
  }

  T take() {
    if (!value_) throw std::bad_alloc();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  Task<void> get_return_object() noexcept;

  void return_void() noexcept {}

  void unhandled_exception() noexcept {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      out_of_memory_ = true;
    } catch (...) {
      exception_left_task(std::current_exception());
    }
  }

  void take() const {
    if (out_of_memory_) throw std::bad_alloc();
  }

 private:
  bool out_of_memory_ = false;
};

}  // namespace detail

/// A coroutine that gives a T when it ends. Move-only; awaited or spawned at most once. Destroying one that has not
/// started frees its frame and its arguments; one that has started is destroyed only after its end.
template <typename T>
class [[nodiscard("a task does nothing until it is awaited or spawned")]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    Task(std::move(other)).swap(*this);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
        handle.promise().continue_with(parent);
        return handle;
      }
      T await_resume() { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

  /// Gives up the frame: the caller resumes and destroys it. For fibers.
  Handle release() { return std::exchange(handle_, nullptr); }

 private:
  friend promise_type;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  void swap(Task& other) noexcept { std::swap(handle_, other.handle_); }

  Handle handle_;
};

namespace detail {

template <typename T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace detail

}  // namespace sched
