#pragma once

#include <span>
#include <string>
#include <string_view>

namespace text {

/// The one of `known` that is so near to `word` that it was probably meant; empty when none is. Near is a few letters
/// left out, added, changed or swapped with a neighbour, or capital letters for small ones. Never takes long, whatever
/// `word` is.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// `, did you mean "expect"?` when one of `known` was, else nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace text
