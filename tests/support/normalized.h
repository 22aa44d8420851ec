#pragma once

#include <string>

namespace support {

/// What echo_client tells, with what differs from run to run replaced: how long something took by TIME, addresses of
/// 127.0.0.0/8 by ADDRESS, seeds by SEED and backends by NAME; the program that runs it again has no folder. Durations
/// that a scenario or an option gives stay.
std::string normalized(std::string text);

}  // namespace support
