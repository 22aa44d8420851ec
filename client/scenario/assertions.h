#pragma once

#include "client/scenario/model.h"

namespace client::scenario {

/// Whether a scenario judges anything that a server does, beside taking connections: a step of its clients, its setup
/// or its teardown fails when something else comes, or a threshold judges the load.
bool asserts_more_than_connecting(const Scenario& scenario);

}  // namespace client::scenario
