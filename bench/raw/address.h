#pragma once

// Where a raw program listens or connects: a port of 127.0.0.1, or the path of a Unix socket (which has a slash).

/// A listening stream socket, non-blocking; prints READY. A path is removed first. Ends the program on errors.
int listen_at(const char* address);

/// A blocking stream socket that is connected. Ends the program on errors.
int connect_to(const char* address);

/// A non-blocking stream socket of which connecting has been begun. Ends the program on errors.
int begin_connecting_to(const char* address);

void make_nonblocking(int fd);

/// Ends the program, and says what failed and why (errno).
_Noreturn void fail(const char* what);
