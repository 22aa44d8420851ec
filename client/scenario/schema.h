#pragma once

#include <string_view>

namespace client::scenario {

/// The JSON Schema of scenario files: scenarios/scenario.schema.json as it was when the program was built.
std::string_view schema();

}  // namespace client::scenario
