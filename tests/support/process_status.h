#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

// What the kernel tells about a program that runs (proc(5)). All throw std::runtime_error when it does not.

namespace support {

inline constexpr size_t kMebibyte = 1024 * 1024;

/// Whether this build has a sanitizer, whose own memory hides how much a program needs.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// How many threads the sanitizer of this build adds to a program that starts threads.
#if __has_feature(thread_sanitizer)
inline constexpr std::ptrdiff_t kThreadsOfSanitizer = 1;
#else
inline constexpr std::ptrdiff_t kThreadsOfSanitizer = 0;
#endif

/// Whether its first thread waits for something.
bool is_asleep(pid_t pid);

/// Whether its first thread holds a signal back (SigBlk), as one does that takes signals from a descriptor.
bool blocks_signal(pid_t pid, int signal);

/// Whether it is gone, or is so soon.
bool ends(pid_t pid);

/// The most memory that it has had at once, in bytes (VmHWM).
size_t peak_memory(pid_t pid);

/// The memory that it has now, in bytes (VmRSS).
size_t resident_memory(pid_t pid);

/// The memory that it has mapped, in bytes (VmSize).
size_t mapped_memory(pid_t pid);

/// How many descriptors are open in its first thread's table.
size_t open_descriptors(pid_t pid);

/// How often its threads have gone to sleep (voluntary_ctxt_switches), and for how long they have run.
size_t times_asleep(pid_t pid);
std::chrono::milliseconds cpu_time(pid_t pid);

/// The flags of open(2) that one of its descriptors has now.
unsigned open_flags(pid_t pid, int fd);

}  // namespace support
