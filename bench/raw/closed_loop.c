#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/raw/address.h"
#include "bench/raw/load.h"

enum { kReceive = 128 * 1024, kEvents = 512 };

/// A connection and its round: how much of the request was sent, how much of the reply has come.
struct stream {
  int fd;
  size_t round;
  size_t sent;
  size_t received;
  int64_t started_at;
};

static char received[kReceive];

static void watch(int loop, int fd, void* data) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = data};
  if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

static void send_rest(const struct script* script, struct stream* stream) {
  while (stream->sent < script->request_size) {
    const ssize_t sent = send(stream->fd, request_of(script, stream->round) + stream->sent,
                              script->request_size - stream->sent, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINPROGRESS || errno == ENOTCONN)) return;
    if (sent < 0) fail("send");
    stream->sent += (size_t)sent;
  }
}

/// Takes and checks what has come. True when the reply is whole.
static bool receive_rest(const struct script* script, struct stream* stream) {
  while (stream->received < script->reply_size) {
    const size_t wanted = script->reply_size - stream->received + 1;  // one more, to notice what is too much
    const size_t room = wanted < kReceive ? wanted : kReceive;
    const ssize_t size = recv(stream->fd, received, room, 0);
    if (size < 0 && errno == EAGAIN) return false;
    if (size < 0) fail("recv");
    if (size == 0) {
      fputs("the server ended a connection\n", stderr);
      exit(1);
    }
    check_reply(script, stream->round, stream->received, received, (size_t)size);
    stream->received += (size_t)size;
    if ((size_t)size < room) break;
  }
  return stream->received == script->reply_size;
}

static void begin_round(const struct script* script, struct stream* stream, size_t round, int64_t at) {
  stream->round = round;
  stream->sent = 0;
  stream->received = 0;
  stream->started_at = at;
  send_rest(script, stream);
}

/// Calls `serve` for each stream that is ready, until it says that it is over.
static void serve_until_over(struct load* load, int loop, bool (*serve)(struct load*, int, struct stream*)) {
  for (;;) {
    struct epoll_event events[kEvents];
    const int ready = epoll_wait(loop, events, kEvents, load->spin ? 0 : -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      if (!serve(load, loop, events[i].data.ptr)) return;
    }
  }
}

static struct stream* make_streams(size_t count) {
  struct stream* streams = calloc(count, sizeof *streams);
  if (streams == NULL) fail("calloc");
  return streams;
}

static bool serve_round(struct load* load, int loop, struct stream* stream) {
  (void)loop;
  send_rest(&load->script, stream);
  if (!receive_rest(&load->script, stream)) return true;
  const int64_t at = now();
  if (!count_round(&load->measurement, load->depth, stream->started_at, at)) return false;
  begin_round(&load->script, stream, stream->round + 1, at);
  return true;
}

void run_closed_loop(struct load* load) {
  const int loop = epoll_create1(EPOLL_CLOEXEC);
  struct stream* streams = make_streams(load->connections);
  for (size_t i = 0; i < load->connections; ++i) {
    streams[i].fd = connect_to(load->address);
    make_nonblocking(streams[i].fd);
  }
  begin_warm_up(&load->measurement);
  for (size_t i = 0; i < load->connections; ++i) {
    watch(loop, streams[i].fd, &streams[i]);
    begin_round(&load->script, &streams[i], i, now());
  }
  serve_until_over(load, loop, serve_round);
  free(streams);
}

/// The round is sent when the connection is there: with the event that says so.
static void connect_anew(struct load* load, int loop, struct stream* stream, size_t round) {
  const int64_t at = now();
  stream->fd = begin_connecting_to(load->address);
  watch(loop, stream->fd, stream);
  begin_round(&load->script, stream, round, at);
}

static bool serve_visit(struct load* load, int loop, struct stream* stream) {
  send_rest(&load->script, stream);
  if (!receive_rest(&load->script, stream)) return true;
  close(stream->fd);
  if (!count_round(&load->measurement, load->depth, stream->started_at, now())) return false;
  connect_anew(load, loop, stream, stream->round + 1);
  return true;
}

void run_connecting(struct load* load) {
  const int loop = epoll_create1(EPOLL_CLOEXEC);
  struct stream* streams = make_streams(load->connections);
  begin_warm_up(&load->measurement);
  for (size_t i = 0; i < load->connections; ++i) connect_anew(load, loop, &streams[i], i);
  serve_until_over(load, loop, serve_visit);
  free(streams);
}
