// What answering costs, without any I/O.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "echo/answer.h"

namespace {

/// Answers a chunk of lines of `range(0)` bytes each, as a session does with what one receive gave.
void answer_pipelined_lines(benchmark::State& state) {
  constexpr std::size_t kLines = 32;
  const std::string line = std::string(static_cast<std::size_t>(state.range(0)) - 1, 'x') + '\n';
  std::string chunk;
  for (std::size_t i = 0; i < kLines; ++i) chunk += line;
  const std::string prefix = "GOT:";
  echo::StreamAnswer answer(echo::Framing::line, std::as_bytes(std::span(prefix)));
  std::vector<std::byte> out(chunk.size() + kLines * prefix.size());
  for (auto _ : state) {
    std::span<const std::byte> rest = std::as_bytes(std::span(chunk));
    benchmark::DoNotOptimize(answer.write(rest, out));
  }
  state.counters["ns_a_line"] = benchmark::Counter(static_cast<double>(state.iterations()) * kLines,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(answer_pipelined_lines)->Arg(16)->Arg(64)->Arg(512)->Arg(2048);

}  // namespace
