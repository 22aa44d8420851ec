// The raw epoll loop that echo_server's epoll backend is compared with: each descriptor is registered once, for both
// directions and edge-triggered; one receive buffer for all; what is answered is sent at once; a short receive ends
// reading, since more would come with another event.
//
//   raw_epoll ADDRESS

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/raw/address.h"
#include "bench/raw/answer.h"

enum { kReceive = 64 * 1024, kEvents = 512, kHalfPage = 2048 };

struct connection {
  int fd;
  bool at_line_start;
  char* unsent;  ///< what the kernel did not take; nothing is read before it has
  size_t unsent_size;
  size_t unsent_sent;
};

static int loop;
static char received[kHeadRoom + kReceive] __attribute__((aligned(4096)));
/// Half a page from `received`: stores and loads whose addresses agree in the low 12 bits would wait for each other.
static char out_pages[kHalfPage + kReceive * (kPrefixSize + 1)] __attribute__((aligned(4096)));

static void watch(int fd, uint32_t events, void* data) {
  struct epoll_event event = {.events = events | EPOLLET, .data.ptr = data};
  if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

static void accept_all(int listener) {
  for (;;) {
    const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED)) return;
    if (fd < 0) fail("accept4");
    struct connection* connection = calloc(1, sizeof *connection);
    if (connection == NULL) fail("calloc");
    connection->fd = fd;
    connection->at_line_start = true;
    watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP, connection);
  }
}

static void end(struct connection* connection) {
  close(connection->fd);
  free(connection->unsent);
  free(connection);
}

static void keep(struct connection* connection, const char* data, size_t size) {
  connection->unsent = malloc(size);
  if (connection->unsent == NULL) fail("malloc");
  memcpy(connection->unsent, data, size);
  connection->unsent_size = size;
  connection->unsent_sent = 0;
}

/// Sends what it can and keeps the rest. False when the connection is broken.
static bool send_answer(struct connection* connection, struct answer answer) {
  const ssize_t sent = send(connection->fd, answer.data, answer.size, MSG_NOSIGNAL);
  if (sent == (ssize_t)answer.size) return true;
  if (sent < 0 && errno != EAGAIN) return false;
  const size_t taken = sent < 0 ? 0 : (size_t)sent;
  keep(connection, answer.data + taken, answer.size - taken);
  return true;
}

/// Sends what was kept, as far as the kernel takes it. False when the connection is broken.
static bool send_unsent(struct connection* connection) {
  while (connection->unsent != NULL) {
    const ssize_t sent = send(connection->fd, connection->unsent + connection->unsent_sent,
                              connection->unsent_size - connection->unsent_sent, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    connection->unsent_sent += (size_t)sent;
    if (connection->unsent_sent < connection->unsent_size) continue;
    free(connection->unsent);
    connection->unsent = NULL;
  }
  return true;
}

/// Answers what has arrived. False when the connection has ended.
static bool answer_received(struct connection* connection, bool until_nothing_is_there) {
  while (connection->unsent == NULL) {
    char* const chunk = received + kHeadRoom;
    const ssize_t size = recv(connection->fd, chunk, kReceive, 0);
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    const struct answer answer = answer_chunk(&connection->at_line_start, chunk, (size_t)size, out_pages + kHalfPage);
    if (!send_answer(connection, answer)) return false;
    if (size < kReceive && !until_nothing_is_there) return true;
  }
  return true;
}

static void serve(struct connection* connection, uint32_t events) {
  const bool had_unsent = connection->unsent != NULL;
  if (had_unsent && !send_unsent(connection)) {
    end(connection);
    return;
  }
  const bool ending = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (!had_unsent && !ending && (events & EPOLLIN) == 0) return;
  if (!answer_received(connection, had_unsent || ending)) end(connection);
}

int main(int count, char** arguments) {
  if (count != 2) {
    fputs("usage: raw_epoll ADDRESS\n", stderr);
    return 2;
  }
  loop = epoll_create1(EPOLL_CLOEXEC);
  const int listener = listen_at(arguments[1]);
  watch(listener, EPOLLIN, NULL);
  for (;;) {
    struct epoll_event events[kEvents];
    const int ready = epoll_wait(loop, events, kEvents, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.ptr == NULL) {
        accept_all(listener);
      } else {
        serve(events[i].data.ptr, events[i].events);
      }
    }
  }
}
