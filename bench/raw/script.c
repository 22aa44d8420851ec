#include "bench/raw/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/raw/address.h"

enum { kMostRounds = 16, kLeastRounds = 2, kMostBytes = 256 * 1024, kNumberSize = 8, kPrefixSize = 4 };

/// A number and letters, or one letter where there is no room for a number.
static void write_line(char* at, size_t size, size_t number) {
  memset(at, 'a' + (int)(number % 26), size - 1);
  if (size > kNumberSize) {
    char digits[kNumberSize + 1];
    snprintf(digits, sizeof digits, "%08x", (unsigned)number);
    memcpy(at, digits, kNumberSize);
  }
  at[size - 1] = '\n';
}

static char* allocate(size_t size) {
  char* block = malloc(size);
  if (block == NULL) fail("malloc");
  return block;
}

struct script make_script(size_t depth, size_t line_size) {
  struct script script = {.request_size = depth * line_size, .reply_size = depth * (line_size + kPrefixSize)};
  script.rounds = kMostBytes / script.request_size;
  if (script.rounds > kMostRounds) script.rounds = kMostRounds;
  if (script.rounds < kLeastRounds) script.rounds = kLeastRounds;
  script.requests = allocate(script.rounds * script.request_size);
  script.replies = allocate(script.rounds * script.reply_size);
  for (size_t line = 0; line < script.rounds * depth; ++line) {
    char* request = script.requests + line * line_size;
    char* reply = script.replies + line * (line_size + kPrefixSize);
    write_line(request, line_size, line);
    memcpy(reply, "GOT:", kPrefixSize);
    memcpy(reply + kPrefixSize, request, line_size);
  }
  return script;
}

const char* request_of(const struct script* script, size_t round) {
  return script->requests + round % script->rounds * script->request_size;
}

const char* reply_of(const struct script* script, size_t round) {
  return script->replies + round % script->rounds * script->reply_size;
}

void check_reply(const struct script* script, size_t round, size_t offset, const char* bytes, size_t size) {
  if (offset + size <= script->reply_size && memcmp(bytes, reply_of(script, round) + offset, size) == 0) return;
  fprintf(stderr, "wrong reply: round %zu, %zu bytes from byte %zu of %zu\n", round, size, offset, script->reply_size);
  exit(1);
}
