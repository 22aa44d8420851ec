#pragma once

#include <functional>

#include "tests/oracle/case.h"

namespace oracle {

/// The smallest case that still is `interesting`, as far as leaving out and simplifying one thing after the other leads
/// to it. It asks about nothing that the client would not read.
Case shrink(Case drawn, const std::function<bool(const Case&)>& interesting);

}  // namespace oracle
