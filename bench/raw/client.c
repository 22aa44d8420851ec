// The generator of all measurements: it asks a server that answers lines with `GOT:` in front, checks every reply, and
// prints what it measured as one JSON object. `raw_client --help` lists its options.

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/raw/load.h"

static const char kUsage[] =
    "usage: raw_client [OPTIONS] ADDRESS      a port of 127.0.0.1, or a path\n"
    "  --connections N   how many at once (1)\n"
    "  --depth N         lines that are sent at once (1)\n"
    "  --size N          bytes of a line, its newline counted (64)\n"
    "  --seconds S       how long to measure (1)\n"
    "  --warm-up S       how long to run before that (0.2)\n"
    "  --mode MODE       closed: each connection sends when its reply has come (the default)\n"
    "                    blocking: one connection, without epoll\n"
    "                    connecting: a connection for each round\n"
    "                    idle: one round on each, then print IDLE and keep them until the input ends\n"
    "  --spin            do not block\n"
    "  --server PID      measure its CPU time too\n";

struct options {
  const char* mode;
  size_t line_size;
};

static size_t number(const char* text) { return strtoul(text, NULL, 10); }

static _Noreturn void refuse(void) {
  fputs(kUsage, stderr);
  exit(2);
}

static void take_option(int letter, const char* value, struct load* load, struct options* options) {
  switch (letter) {
    case 'c':
      load->connections = number(value);
      break;
    case 'd':
      load->depth = number(value);
      break;
    case 'z':
      options->line_size = number(value);
      break;
    case 's':
      load->measurement.seconds = strtod(value, NULL);
      break;
    case 'w':
      load->measurement.warm_up_seconds = strtod(value, NULL);
      break;
    case 'm':
      options->mode = value;
      break;
    case 'p':
      load->spin = true;
      break;
    case 'v':
      load->measurement.server = (pid_t)number(value);
      break;
    case 'h':
      fputs(kUsage, stdout);
      exit(0);
    default:
      refuse();
  }
}

static void read_options(int count, char** arguments, struct load* load, struct options* options) {
  static const struct option kLong[] = {{"connections", required_argument, NULL, 'c'},
                                        {"depth", required_argument, NULL, 'd'},
                                        {"size", required_argument, NULL, 'z'},
                                        {"seconds", required_argument, NULL, 's'},
                                        {"warm-up", required_argument, NULL, 'w'},
                                        {"mode", required_argument, NULL, 'm'},
                                        {"spin", no_argument, NULL, 'p'},

                                        {"server", required_argument, NULL, 'v'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};
  for (int letter = 0; (letter = getopt_long(count, arguments, "", kLong, NULL)) != -1;) {
    take_option(letter, optarg, load, options);
  }
  if (optind + 1 != count || load->depth == 0 || load->connections == 0 || options->line_size == 0) refuse();
  load->address = arguments[optind];
}

static void (*way_named(const char* mode))(struct load*) {
  if (strcmp(mode, "closed") == 0) return run_closed_loop;
  if (strcmp(mode, "blocking") == 0) return run_ping_pong;
  if (strcmp(mode, "connecting") == 0) return run_connecting;
  if (strcmp(mode, "idle") == 0) return run_idle;
  refuse();
}

int main(int count, char** arguments) {
  static struct load load = {.connections = 1, .depth = 1, .measurement = {.warm_up_seconds = 0.2, .seconds = 1}};
  struct options options = {.mode = "closed", .line_size = 64};
  read_options(count, arguments, &load, &options);
  void (*const run)(struct load*) = way_named(options.mode);
  load.script = make_script(load.depth, options.line_size);
  run(&load);
}
