#include "bench/raw/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { kBacklog = 4096 };

union socket_address {
  struct sockaddr any;
  struct sockaddr_in ip;
  struct sockaddr_un path;
};

static socklen_t parse(const char* address, union socket_address* to) {
  memset(to, 0, sizeof *to);
  if (strchr(address, '/') != NULL) {
    to->path.sun_family = AF_UNIX;
    strncpy(to->path.sun_path, address, sizeof to->path.sun_path - 1);
    return sizeof to->path;
  }
  to->ip.sin_family = AF_INET;
  to->ip.sin_port = htons((in_port_t)atoi(address));
  to->ip.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return sizeof to->ip;
}

/// A socket for what is there. Those that are accepted inherit TCP_NODELAY from the one that listens.
static int make_socket(const union socket_address* address, int flags) {
  const int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  if (address->any.sa_family == AF_INET) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

int listen_at(const char* address) {
  union socket_address to;
  const socklen_t size = parse(address, &to);
  const int fd = make_socket(&to, SOCK_NONBLOCK);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (to.any.sa_family == AF_UNIX) unlink(address);
  if (bind(fd, &to.any, size) != 0) fail("bind");
  if (listen(fd, kBacklog) != 0) fail("listen");
  puts("READY");
  fflush(stdout);
  return fd;
}

int connect_to(const char* address) {
  union socket_address to;
  const socklen_t size = parse(address, &to);
  const int fd = make_socket(&to, 0);
  if (connect(fd, &to.any, size) != 0) fail("connect");
  return fd;
}

int begin_connecting_to(const char* address) {
  union socket_address to;
  const socklen_t size = parse(address, &to);
  const int fd = make_socket(&to, SOCK_NONBLOCK);
  if (connect(fd, &to.any, size) != 0 && errno != EINPROGRESS) fail("connect");
  return fd;
}

void make_nonblocking(int fd) {
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) fail("fcntl");
}

void fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}
