// The calls that make and close descriptors, as ThreadSanitizer does not see them. It knows one table of descriptors a
// process, and takes equal numbers in the tables of two threads (scheduler/threads.h) for one descriptor that both use.
// In its builds these stand before its own; what it watches of memory, locks and threads remains whole.

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdarg>
#include <cstdio>

namespace {

template <typename... Arguments>
int call(long number, Arguments... arguments) {
  return static_cast<int>(::syscall(number, arguments...));
}

}  // namespace

extern "C" {

int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
  return call(SYS_accept4, fd, address, length, flags);
}

int close(int fd) { return call(SYS_close, fd); }

int connect(int fd, const sockaddr* address, socklen_t length) { return call(SYS_connect, fd, address, length); }

int dup2(int from, int to) noexcept { return call(SYS_dup2, from, to); }

int epoll_create1(int flags) noexcept { return call(SYS_epoll_create1, flags); }

int eventfd(unsigned count, int flags) noexcept { return call(SYS_eventfd2, count, flags); }

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return call(SYS_openat, AT_FDCWD, path, flags, mode);
}

// Streams of files open and close descriptors, too.
int _IO_fclose(FILE* file);
FILE* _IO_fopen(const char* path, const char* mode);
int fclose(FILE* file) { return _IO_fclose(file); }
FILE* fopen(const char* path, const char* mode) { return _IO_fopen(path, mode); }
FILE* fopen64(const char* path, const char* mode) { return _IO_fopen(path, mode); }

int pipe2(int* ends, int flags) noexcept { return call(SYS_pipe2, ends, flags); }

int signalfd(int fd, const sigset_t* mask, int flags) noexcept {
  constexpr std::size_t kMaskSize = 8;
  return call(SYS_signalfd4, fd, mask, kMaskSize, flags);
}

int socket(int family, int type, int protocol) noexcept { return call(SYS_socket, family, type, protocol); }

int socketpair(int family, int type, int protocol, int* ends) noexcept {
  return call(SYS_socketpair, family, type, protocol, ends);
}
}
