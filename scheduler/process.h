#pragma once

namespace sched {

/// What a program does first, before it opens a descriptor or starts a thread. A standard descriptor that is closed
/// becomes /dev/null, so that no socket gets its number; SIGPIPE is ignored, so that writing to what nobody reads is an
/// error like any other; and as many descriptors may be opened as the system lets the user have (the soft limit becomes
/// the hard one).
void prepare_process();

}  // namespace sched
