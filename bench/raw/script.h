#pragma once

#include <stddef.h>

// What the generator sends and what has to come back. A round is `depth` lines, sent at once; rounds differ, and every
// line of a round is of its own, so that an answer that is lost, doubled or in a wrong place is noticed.

struct script {
  size_t rounds;  ///< that differ; round `rounds` is the first again
  size_t request_size;
  size_t reply_size;
  char* requests;
  char* replies;
};

/// Lines of `line_size` bytes, of which the last is the newline.
struct script make_script(size_t depth, size_t line_size);

const char* request_of(const struct script* script, size_t round);
const char* reply_of(const struct script* script, size_t round);

/// Ends the program unless these bytes, which came `offset` bytes into the reply of a round, are right.
void check_reply(const struct script* script, size_t round, size_t offset, const char* bytes, size_t size);
