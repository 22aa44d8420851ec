#pragma once

#include <string>

#include "client/options.h"
#include "command_line/command_line.h"

// The commands of echo_client, as its command line knows them: for each its name, its options, and what is made of them
// when all have been read. For options.cpp and the files that define these functions alone.

namespace client {

inline constexpr const char* kProgram = "echo_client";

/// What is wrong with the words of `command`, or of the program, and where to read on.
UsageError usage_error(const std::string& what, const char* command = nullptr);

CLI::Option* add_backend(CLI::App& app, sched::BackendKind& backend);

// run_options.cpp
inline constexpr const char* kRun = "run";
void add_run_options(CLI::App& app, RunOptions& options);
CommandLine finish(RunOptions options);

// connect_options.cpp
inline constexpr const char* kConnect = "connect";
void add_connect_options(CLI::App& app, ConnectOptions& options, command_line::Words& address);
CommandLine finish(ConnectOptions options, const command_line::Words& address);

}  // namespace client
