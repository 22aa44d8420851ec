#pragma once

namespace sched {

/// What a program does first, before it opens a descriptor or starts a thread. A standard descriptor that is closed
/// becomes /dev/null for reading, so that no socket gets its number: there is no input, and writing is the error that
/// it was before; SIGPIPE is ignored, so that writing to what nobody reads is an error like any other; and as many
/// descriptors may be opened as the system lets the user have (the soft limit becomes the hard one).
void prepare_process();

}  // namespace sched
