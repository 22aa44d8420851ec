#pragma once

#include <string>
#include <vector>

#include "client/options.h"
#include "client/scenario/model.h"

namespace client::run {

/// `echo_client check`: reads and checks all files, lists on standard output what would run, and tells on standard
/// error what is wrong, as `run` does. Opens nothing else, and does not ask what the machine allows. Gives the exit
/// code: 0, 2 when something is wrong or there is no scenario, or 7 when the list could not be written.
int check(const CheckOptions& options);

/// What `scenarios` would run: each with its file, its groups and how many clients they have, and the sum.
std::string list_of(const std::vector<scenario::Scenario>& scenarios);

}  // namespace client::run
