// A URL that is accepted is printed and read back as the same; what is wrong with any other is said in printable ASCII.

#include <algorithm>
#include <string_view>

#include "tests/fuzz/fuzzing.h"
#include "transports/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto url = transport::parse_url({reinterpret_cast<const char*>(data), size});
  if (!url) {
    fuzz::require(std::ranges::all_of(url.error(), [](char c) { return c >= ' ' && c <= '~'; }), "an error is ASCII");
    return 0;
  }
  const auto again = transport::parse_url(to_string(*url));
  fuzz::require(again && *again == *url, "what is printed is read back");
  return 0;
}
