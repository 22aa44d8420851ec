#pragma once

#include <string_view>

#include "client/scenario/model.h"
#include "client/scenario/reader.h"

// The steps that give variables a value, and those that look at one or say something.

namespace client::scenario {

inline constexpr std::string_view kCapture = "capture";

/// `{NAME: {from, matches}, …}`, or a NAME alone for the whole frame.
void read_captures(Reader& reader, const Cursor& at, Captures& out);

Action read_set(Reader& reader, const Cursor& at);
Action read_capture_step(Reader& reader, const Cursor& at);
Action read_assert(Reader& reader, const Cursor& at);

/// A step whose value is a message.
template <typename T>
Action read_message(Reader& reader, const Cursor& at) {
  T step;
  read_template(reader, at, Changing::at_each_use, step.message);
  return step;
}

}  // namespace client::scenario
