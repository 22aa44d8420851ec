#pragma once

#include <span>
#include <string>
#include <string_view>

namespace client::scenario {

/// `, did you mean "expect"?` when one of `known` is so near to `word` that it was probably meant, else nothing. Near
/// is a few letters left out, added, changed or swapped with a neighbour. Never takes long, whatever `word` is.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace client::scenario
