#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// What fuzz targets have in common. A target is a file <name>_fuzz.cpp with the function that libFuzzer calls; its
// inputs are in corpus/<name>.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

/// Ends the process, so that the input is kept, unless `holds`.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

/// An input that is taken apart from its front. What is asked of an empty rest is zero or empty.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t number() { return static_cast<std::uint8_t>(take(1).empty() ? 0 : taken_.front()); }
  /// A text behind the number of its bytes.
  std::string_view text() { return take(number()); }
  std::string_view rest() { return take(rest_.size()); }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t count) {
    taken_ = rest_.substr(0, count);
    rest_.remove_prefix(taken_.size());
    return taken_;
  }

  std::string_view rest_;
  std::string_view taken_;
};

/// Calls `visit(end)` for places of a text of `size` bytes, in their order and the end at last: after each distance in
/// `distances`, which begin anew when they are used up.
template <typename Visit>
void for_each_cut(std::string_view distances, std::size_t size, Visit visit) {
  std::size_t end = 0;
  for (std::size_t i = 0; end < size; ++i) {
    const auto distance = distances.empty() ? size : static_cast<unsigned char>(distances[i % distances.size()]);
    end = std::min(size, end + std::max<std::size_t>(distance, 1));
    visit(end);
  }
  if (size == 0) visit(end);
}

}  // namespace fuzz
