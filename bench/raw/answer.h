#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

// The answer of the raw servers: `GOT:` at the start of every line, the bytes of the line behind it. The answer to a
// stream does not depend on how it was cut into chunks.

enum {
  kPrefixSize = 4,
  kHeadRoom = 64,  ///< free bytes in front of a chunk: a cache line, so that chunks keep their alignment
};

struct answer {
  const char* data;
  size_t size;
};

/// The most bytes that a chunk's answer can have, when each byte is a line of its own.
static inline size_t most_answered(size_t chunk_size) { return chunk_size * (kPrefixSize + 1); }

static inline char* put_prefix(char* at) {
  memcpy(at, "GOT:", kPrefixSize);
  return at + kPrefixSize;
}

/// Answers a chunk, of at least one byte, that has head room in front. Where no line begins inside the chunk the answer
/// is formed in place; else it is written to `out`, which has room for most_answered(size).
static inline struct answer answer_chunk(bool* at_line_start, char* chunk, size_t size, char* out) {
  const char* end = chunk + size;
  const char* newline = memchr(chunk, '\n', size);
  const bool begins_line = *at_line_start;
  *at_line_start = end[-1] == '\n';
  if (newline == NULL || newline + 1 == end) {
    if (!begins_line) return (struct answer){chunk, size};
    put_prefix(chunk - kPrefixSize);
    return (struct answer){chunk - kPrefixSize, size + kPrefixSize};
  }
  char* at = begins_line ? put_prefix(out) : out;
  const char* from = chunk;
  while (newline != NULL && newline + 1 < end) {
    const size_t line = (size_t)(newline + 1 - from);
    memcpy(at, from, line);
    at = put_prefix(at + line);
    from = newline + 1;
    newline = memchr(from, '\n', (size_t)(end - from));
  }
  memcpy(at, from, (size_t)(end - from));
  return (struct answer){out, (size_t)(at + (end - from) - out)};
}
