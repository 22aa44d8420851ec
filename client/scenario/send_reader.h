#pragma once

#include "client/scenario/model.h"
#include "client/scenario/reader.h"

namespace client::scenario {

/// What is sent: a string, or an object that says it in one of several forms.
void read_send(Reader& reader, const Cursor& at, Send& out);

}  // namespace client::scenario
