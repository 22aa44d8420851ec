// What CMake asks a compiler before it is trusted with coroutines: this program, built and run, exits with 0. Without
// suspending, everything below is awaited as it would be in a coroutine that is parked.

#include <coroutine>
#include <exception>

namespace {

struct Ready {
  int value;

  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<>) const { return false; }
  int await_resume() const { return value; }
};

int evaluated = 0;
int alive = 0;

Ready evaluate(int value) {
  ++evaluated;
  return {value};
}

/// Counts how many of it there are, so that one that is destroyed twice is noticed.
struct Counted {
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  ~Counted() { --alive; }
  Counted& operator=(const Counted&) = default;
};

struct Aggregate {
  Counted counted;
  int value = 0;
};

Ready take(Aggregate aggregate) { return {aggregate.value}; }

struct Task {
  struct promise_type {
    int result = -1;

    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_value(int value) { result = value; }
    [[noreturn]] void unhandled_exception() const { std::terminate(); }
  };

  std::coroutine_handle<promise_type> handle;
};

int identity(int value) { return value; }

// What the left side decides, the right side is not evaluated for.

Task in_a_return(bool yes) { co_return yes&& co_await evaluate(1) == 1; }
Task in_an_argument(bool yes) { co_return identity(yes ? co_await evaluate(1) : 0); }
Task in_a_condition(bool yes) {
  if (yes && co_await evaluate(1) == 1) co_return 1;
  co_return 0;
}
Task in_a_loop(bool yes) {
  int rounds = 0;
  while (yes && co_await evaluate(1) == 1) {
    if (++rounds == 1) break;
  }
  co_return rounds;
}

Task of_a_temporary() { co_return co_await take({.counted = {}, .value = 1}); }

int result_of(Task task) {
  const int result = task.handle.promise().result;
  task.handle.destroy();
  return result;
}

bool evaluates_what_is_asked_for(Task (&coroutine)(bool)) {
  evaluated = 0;
  return result_of(coroutine(false)) == 0 && evaluated == 0 && result_of(coroutine(true)) == 1 && evaluated == 1;
}

}  // namespace

int main() {
  const bool is_right = evaluates_what_is_asked_for(in_a_return) && evaluates_what_is_asked_for(in_an_argument) &&
                        evaluates_what_is_asked_for(in_a_condition) && evaluates_what_is_asked_for(in_a_loop) &&
                        result_of(of_a_temporary()) == 1 && alive == 0;
  return is_right ? 0 : 1;
}
