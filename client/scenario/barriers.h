#pragma once

#include "client/scenario/diagnostic.h"
#include "client/scenario/model.h"

namespace client::scenario {

/// Notes the barriers that can never be met, whatever happens while the clients run: those that more parties have to
/// come to than there are clients that do, and those at which some are left over in the end. Whatever ends a client
/// early or repeats its steps as often as it takes leaves only the former to be known.
void check_barriers(const Scenario& scenario, DiagnosticList& errors);

}  // namespace client::scenario
