// The raw io_uring loop that echo_server's io_uring backend is compared with: accept and receive are multishot,
// received bytes come in provided buffers with head room in front, one send is in flight a connection, and one call a
// turn submits all and waits.
//
//   raw_io_uring ADDRESS [BUFFER_SIZE BUFFERS]       the number of buffers is a power of two

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <liburing.h>

#include "bench/raw/address.h"
#include "bench/raw/answer.h"

enum { kEntries = 4096, kCompletions = 32768, kBufferGroup = 0, kNothing = -1 };

/// What a completion is of; in the low bits of its user data, beside the connection.
enum { kAccepted, kReceived, kSent, kClosed, kKinds };

/// A chunk that waits until the connection's send has ended, by the number of its buffer.
struct chunk {
  int next;
  uint32_t size;
};

/// A block for an answer that is not formed in place. Those that are free are a list, the last used first.
struct out_block {
  struct out_block* next;
  char data[];
};

struct connection {
  int fd;
  bool at_line_start;
  bool receiving;  ///< a multishot receive is armed
  bool waits_for_buffers;
  bool ended;  ///< nothing is received any more
  int first_chunk, last_chunk;
  struct answer sending;  ///< what is left of it; its size is zero when no send is in flight
  int sending_buffer;     ///< the buffer that it is in, or kNothing
  struct out_block* sending_block;
  struct connection* next_waiting;
};

static struct connection nobody;  ///< what concerns no connection is submitted for it
static struct io_uring ring;
static struct io_uring_buf_ring* provided;
static char* buffers;
static unsigned buffer_size = 2048, buffer_count = 512, free_buffers;
static struct chunk* chunks;
static struct out_block* free_blocks;
static struct connection* waiting;

static struct io_uring_sqe* next_entry(struct connection* connection, uintptr_t kind) {
  struct io_uring_sqe* entry = io_uring_get_sqe(&ring);
  if (entry == NULL) {
    io_uring_submit(&ring);
    entry = io_uring_get_sqe(&ring);
  }
  if (entry == NULL) fail("io_uring_get_sqe");
  io_uring_sqe_set_data(entry, (char*)connection + kind);
  return entry;
}

static void accept_next(int listener) {
  struct io_uring_sqe* entry = next_entry(&nobody, kAccepted);
  io_uring_prep_multishot_accept(entry, listener, NULL, NULL, SOCK_CLOEXEC);
}

static void receive(struct connection* connection) {
  struct io_uring_sqe* entry = next_entry(connection, kReceived);
  io_uring_prep_recv_multishot(entry, connection->fd, NULL, 0, 0);
  entry->flags |= IOSQE_BUFFER_SELECT;
  entry->buf_group = kBufferGroup;
  connection->receiving = true;
}

static void send_rest(struct connection* connection) {
  struct io_uring_sqe* entry = next_entry(connection, kSent);
  io_uring_prep_send(entry, connection->fd, connection->sending.data, connection->sending.size, MSG_NOSIGNAL);
}

static char* buffer(int id) { return buffers + (size_t)id * (kHeadRoom + buffer_size) + kHeadRoom; }

static void give_back_buffer(int id) {
  io_uring_buf_ring_add(provided, buffer(id), buffer_size, (unsigned short)id, io_uring_buf_ring_mask(buffer_count), 0);
  io_uring_buf_ring_advance(provided, 1);
  ++free_buffers;
}

static struct out_block* take_block(void) {
  struct out_block* block = free_blocks;
  if (block != NULL) {
    free_blocks = block->next;
    return block;
  }
  block = malloc(sizeof *block + most_answered(buffer_size));
  if (block == NULL) fail("malloc");
  return block;
}

static void give_back_block(struct out_block* block) {
  block->next = free_blocks;
  free_blocks = block;
}

/// Sends the answer to the first chunk that waits, when there is one and no send is in flight.
static void send_next(struct connection* connection) {
  const int id = connection->first_chunk;
  if (connection->sending.size > 0 || id == kNothing) return;
  connection->first_chunk = chunks[id].next;
  struct out_block* block = take_block();
  connection->sending = answer_chunk(&connection->at_line_start, buffer(id), chunks[id].size, block->data);
  const bool in_place = connection->sending.data != block->data;
  connection->sending_buffer = in_place ? id : kNothing;
  connection->sending_block = in_place ? NULL : block;
  if (in_place) {
    give_back_block(block);
  } else {
    give_back_buffer(id);
  }
  send_rest(connection);
}

static void finish_send(struct connection* connection) {
  connection->sending.size = 0;
  if (connection->sending_buffer != kNothing) give_back_buffer(connection->sending_buffer);
  if (connection->sending_block != NULL) give_back_block(connection->sending_block);
}

static void drop_chunks(struct connection* connection) {
  while (connection->first_chunk != kNothing) {
    give_back_buffer(connection->first_chunk);
    connection->first_chunk = chunks[connection->first_chunk].next;
  }
}

static void close_when_done(struct connection* connection) {
  if (!connection->ended || connection->receiving || connection->waits_for_buffers) return;
  if (connection->sending.size > 0 || connection->first_chunk != kNothing) return;
  struct io_uring_sqe* entry = next_entry(&nobody, kClosed);
  io_uring_prep_close(entry, connection->fd);
  entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
  free(connection);
}

static void on_accepted(const struct io_uring_cqe* completion, int listener) {
  if ((completion->flags & IORING_CQE_F_MORE) == 0) accept_next(listener);
  if (completion->res < 0) return;
  struct connection* connection = calloc(1, sizeof *connection);
  if (connection == NULL) fail("calloc");
  connection->fd = completion->res;
  connection->at_line_start = true;
  connection->first_chunk = kNothing;
  receive(connection);
}

static void on_chunk(struct connection* connection, const struct io_uring_cqe* completion) {
  const int id = (int)(completion->flags >> IORING_CQE_BUFFER_SHIFT);
  --free_buffers;
  chunks[id] = (struct chunk){.next = kNothing, .size = (uint32_t)completion->res};
  if (connection->first_chunk == kNothing) {
    connection->first_chunk = id;
  } else {
    chunks[connection->last_chunk].next = id;
  }
  connection->last_chunk = id;
  send_next(connection);
}

static void wait_for_buffers(struct connection* connection) {
  connection->waits_for_buffers = true;
  connection->next_waiting = waiting;
  waiting = connection;
}

static void on_received(struct connection* connection, const struct io_uring_cqe* completion) {
  if ((completion->flags & IORING_CQE_F_MORE) == 0) connection->receiving = false;
  if (completion->res > 0) {
    on_chunk(connection, completion);
    if (!connection->receiving) receive(connection);
  } else if (completion->res == -ENOBUFS) {
    wait_for_buffers(connection);
  } else {
    connection->ended = true;
    close_when_done(connection);
  }
}

static void on_sent(struct connection* connection, const struct io_uring_cqe* completion) {
  const size_t sent = completion->res < 0 ? connection->sending.size : (size_t)completion->res;
  if (sent < connection->sending.size) {
    connection->sending.data += sent;
    connection->sending.size -= sent;
    send_rest(connection);
    return;
  }
  finish_send(connection);
  if (completion->res < 0) drop_chunks(connection);
  send_next(connection);
  close_when_done(connection);
}

/// Receives again where buffers had run out, once half of them are back.
static void receive_where_it_waits(void) {
  if (waiting == NULL || free_buffers < buffer_count / 2) return;
  while (waiting != NULL) {
    struct connection* connection = waiting;
    waiting = connection->next_waiting;
    connection->waits_for_buffers = false;
    receive(connection);
  }
}

static void make_ring(void) {
  struct io_uring_params parameters = {
      .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE,
      .cq_entries = kCompletions,
  };
  errno = -io_uring_queue_init_params(kEntries, &ring, &parameters);
  if (errno != 0) {
    perror("io_uring_queue_init_params");
    exit(3);
  }
  io_uring_register_ring_fd(&ring);
}

static void provide_buffers(void) {
  const size_t ring_size = buffer_count * sizeof(struct io_uring_buf);
  if (posix_memalign((void**)&provided, 4096, ring_size) != 0) fail("posix_memalign");
  if (posix_memalign((void**)&buffers, 4096, (size_t)buffer_count * (kHeadRoom + buffer_size)) != 0) {
    fail("posix_memalign");
  }
  chunks = calloc(buffer_count, sizeof *chunks);
  struct io_uring_buf_reg registration = {
      .ring_addr = (uintptr_t)provided, .ring_entries = buffer_count, .bgid = kBufferGroup};
  errno = -io_uring_register_buf_ring(&ring, &registration, 0);
  if (errno != 0) fail("io_uring_register_buf_ring");
  io_uring_buf_ring_init(provided);
  for (unsigned id = 0; id < buffer_count; ++id) give_back_buffer((int)id);
}

static void complete(const struct io_uring_cqe* completion, int listener) {
  const uintptr_t kind = completion->user_data % kKinds;
  struct connection* connection = (void*)((char*)io_uring_cqe_get_data(completion) - kind);
  if (kind == kAccepted) {
    on_accepted(completion, listener);
  } else if (kind == kReceived) {
    on_received(connection, completion);
  } else if (kind == kSent) {
    on_sent(connection, completion);
  }
}

int main(int count, char** arguments) {
  if (count != 2 && count != 4) {
    fputs("usage: raw_io_uring ADDRESS [BUFFER_SIZE BUFFERS]\n", stderr);
    return 2;
  }
  if (count == 4) {
    buffer_size = (unsigned)atoi(arguments[2]);
    buffer_count = (unsigned)atoi(arguments[3]);
  }
  make_ring();
  provide_buffers();
  const int listener = listen_at(arguments[1]);
  accept_next(listener);
  for (;;) {
    const int submitted = io_uring_submit_and_wait(&ring, 1);
    if (submitted < 0 && submitted != -EINTR && submitted != -EBUSY) fail("io_uring_submit_and_wait");
    unsigned head;
    unsigned completions = 0;
    struct io_uring_cqe* completion;
    io_uring_for_each_cqe(&ring, head, completion) {
      ++completions;
      complete(completion, listener);
    }
    io_uring_cq_advance(&ring, completions);
    receive_where_it_waits();
  }
}
