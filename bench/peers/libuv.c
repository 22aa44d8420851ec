// The echo of lines as one writes it with libuv: callbacks on one thread; an answer is tried at once, and what the
// kernel does not take is written when it can be.
//
//   libuv ADDRESS       a port of 127.0.0.1, or the path of a Unix socket

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { kReceive = 64 * 1024, kPrefixSize = 4, kBacklog = 4096, kHalfPage = 2048 };

struct client {
  union {
    uv_tcp_t tcp;
    uv_pipe_t pipe;
    uv_stream_t stream;
    uv_handle_t handle;
  } as;
  bool at_line_start;
};

struct rest {
  uv_write_t request;
  char data[];
};

static char received[kReceive] __attribute__((aligned(4096)));
/// Half a page from `received`, so that a copy does not collide with itself in the low 12 bits of its addresses.
static char answer_pages[kHalfPage + kReceive * (kPrefixSize + 1)] __attribute__((aligned(4096)));
static char* const answer = answer_pages + kHalfPage;

static void check(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, uv_strerror(result));
  exit(1);
}

static void* allocate(size_t size) {
  void* block = malloc(size);
  if (block == NULL) abort();
  return block;
}

static size_t answer_to(const char* chunk, size_t size, bool* at_line_start) {
  char* out = answer;
  while (size > 0) {
    if (*at_line_start) {
      memcpy(out, "GOT:", kPrefixSize);
      out += kPrefixSize;
    }
    const char* newline = memchr(chunk, '\n', size);
    const size_t line = newline == NULL ? size : (size_t)(newline + 1 - chunk);
    memcpy(out, chunk, line);
    *at_line_start = newline != NULL;
    out += line;
    chunk += line;
    size -= line;
  }
  return (size_t)(out - answer);
}

static void lend_buffer(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
  (void)handle;
  (void)suggested;
  *buffer = uv_buf_init(received, kReceive);
}

static void free_client(uv_handle_t* handle) { free(handle->data); }

static void on_written(uv_write_t* request, int status) {
  (void)status;
  free(request->data);
}

static void write_answer(struct client* client, size_t size) {
  uv_buf_t all = uv_buf_init(answer, (unsigned)size);
  const int tried = uv_try_write(&client->as.stream, &all, 1);
  const size_t taken = tried < 0 ? 0 : (size_t)tried;
  if (taken == size || (tried < 0 && tried != UV_EAGAIN)) return;
  struct rest* rest = allocate(sizeof *rest + size - taken);
  rest->request.data = rest;
  memcpy(rest->data, answer + taken, size - taken);
  uv_buf_t left = uv_buf_init(rest->data, (unsigned)(size - taken));
  if (uv_write(&rest->request, &client->as.stream, &left, 1, on_written) < 0) free(rest);
}

static void on_received(uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
  struct client* client = stream->data;
  if (size < 0) {
    uv_close(&client->as.handle, free_client);
  } else if (size > 0) {
    write_answer(client, answer_to(buffer->base, (size_t)size, &client->at_line_start));
  }
}

static void on_connection(uv_stream_t* listener, int status) {
  check(status, "accept");
  struct client* client = allocate(sizeof *client);
  client->at_line_start = true;
  if (listener->type == UV_TCP) {
    uv_tcp_init(listener->loop, &client->as.tcp);
  } else {
    uv_pipe_init(listener->loop, &client->as.pipe, 0);
  }
  client->as.handle.data = client;
  check(uv_accept(listener, &client->as.stream), "accept");
  if (listener->type == UV_TCP) uv_tcp_nodelay(&client->as.tcp, 1);
  check(uv_read_start(&client->as.stream, lend_buffer, on_received), "read");
}

int main(int count, char** arguments) {
  if (count != 2) return 2;
  signal(SIGPIPE, SIG_IGN);
  const char* address = arguments[1];
  static struct client listener;
  if (strchr(address, '/') != NULL) {
    uv_pipe_init(uv_default_loop(), &listener.as.pipe, 0);
    check(uv_pipe_bind(&listener.as.pipe, address), "bind");
  } else {
    struct sockaddr_in to;
    uv_ip4_addr("127.0.0.1", atoi(address), &to);
    uv_tcp_init(uv_default_loop(), &listener.as.tcp);
    check(uv_tcp_bind(&listener.as.tcp, (const struct sockaddr*)&to, 0), "bind");
  }
  check(uv_listen(&listener.as.stream, kBacklog, on_connection), "listen");
  puts("READY");
  fflush(stdout);
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
