#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "bench/raw/address.h"
#include "bench/raw/load.h"

static void send_all(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes += sent;
    size -= (size_t)sent;
  }
}

static void receive_reply(const struct script* script, size_t round, int fd, int flags) {
  char received[4096];
  for (size_t offset = 0; offset < script->reply_size;) {
    const size_t rest = script->reply_size - offset;
    const ssize_t size = recv(fd, received, rest < sizeof received ? rest : sizeof received, flags);
    if (size < 0 && errno == EAGAIN) continue;
    if (size < 0) fail("recv");
    if (size == 0) {
      fputs("the server ended the connection\n", stderr);
      exit(1);
    }
    check_reply(script, round, offset, received, (size_t)size);
    offset += (size_t)size;
  }
}

static void exchange(const struct script* script, size_t round, int fd, int flags) {
  send_all(fd, request_of(script, round), script->request_size);
  receive_reply(script, round, fd, flags);
}

void run_ping_pong(struct load* load) {
  const int fd = connect_to(load->address);
  begin_warm_up(&load->measurement);
  int64_t started_at = now();
  for (size_t round = 0;; ++round) {
    exchange(&load->script, round, fd, load->spin ? MSG_DONTWAIT : 0);
    const int64_t ended_at = now();
    if (!count_round(&load->measurement, load->depth, started_at, ended_at)) return;
    started_at = ended_at;
  }
}

void run_idle(struct load* load) {
  for (size_t i = 0; i < load->connections; ++i) exchange(&load->script, i, connect_to(load->address), 0);
  puts("IDLE");
  fflush(stdout);
  while (getchar() != EOF) continue;
}
