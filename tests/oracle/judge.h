#pragma once

#include "tests/oracle/case.h"
#include "tests/oracle/opinion.h"

namespace oracle {

/// What a case has to come to by docs/scenarios.md. It runs nothing: it goes through the steps of each client on a
/// clock of its own, against a server in its head, and shares no code with the client. It has doubts where things
/// happen that are not `margin` apart.
Opinion judge(const Case& drawn, Time margin = kMargin);

}  // namespace oracle
