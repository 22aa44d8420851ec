#pragma once

#include <array>
#include <cstdint>
#include <string_view>

// What must not get lost from the generator.

namespace oracle {

/// Each in 60 of the usual cases at least.
inline constexpr std::uint64_t kOftenAtLeast = 60;
inline constexpr auto kOften = std::to_array<std::string_view>({
    "step send",
    "step expect",
    "step exchange",
    "step sleep",
    "step repeat",
    "step retry",
    "step set",
    "step close",
    "step reset",
    "step expect_silence",
    "step shutdown",
    "step expect_close",
    "step connect",
    "step assert",
    "step barrier",
    "mode until",
    "mode sequence",
    "mode any_order",
    "framing raw",
    "eol crlf",
    "eol none",
    "framing delimiter",
    "framing fixed",
    "framing length_prefix",
    "expect equals",
    "expect contains",
    "expect starts_with",
    "expect ends_with",
    "expect not_equals",
    "expect not_contains",
    "expect one_of",
    "expect matches",
    "expect bytes",
    "expect empty",
    "expect length",
    "expect less",
    "expect greater",
    "expect between",
    "expect not",
    "expect all",
    "expect any",
    "expect count",
    "expect optional",
    "expect not_before",
    "expect timeout",
    "expect capture",
    "exchange fresh",
    "send chunks",
    "send hex",
    "send base64",
    "send repeat",
    "send text",
    "send eol",
    "retry reconnect",
    "retry timeout",
    "retry times",
    "clients iterations",
    "clients count",
    "connection per_iteration",
    "connection manual",
    "file setup",
    "file teardown",
    "file load",
    "defaults max_buffer",
    "several groups",
    "--rechunk",
    "rough network",
    "code mismatch",
    "code timeout",
    "code closed",
    "code reset",
});

/// Each in 20 of the usual cases at least.
inline constexpr std::uint64_t kNowAndThenAtLeast = 20;
inline constexpr auto kNowAndThen = std::to_array<std::string_view>({
    "code unread",
    "code truncated",
    "code not_connected",
    "code too_soon",
    "verdict could_not_test",
});

/// Each in 5 of the usual cases at least.
inline constexpr std::uint64_t kSeldomAtLeast = 5;
inline constexpr auto kSeldom = std::to_array<std::string_view>({
    "step capture",
    "step log",
    "step skip",
    "step fail",
    "repeat for",
    "connect retry",
    "send random",
    "send chunk_delay",
    "defaults allow_extra",
    "defaults client_timeout",
    "clients start_after",
    "load depth",
    "verify first",
    "model open",
    "model closed",
    "load rate",
    "load stages",
    "load grace",
    "metric dropped",
    "metric errors",
    "metric messages",
    "file thresholds",
    "how any",
    "how reset",
    "prefix of 1 big",
    "prefix of 1 little",
    "prefix of 2 big",
    "prefix of 2 little",
    "prefix of 4 big",
    "prefix of 4 little",
    "prefix of 8 big",
    "prefix of 8 little",
    "code not_silent",
    "code bad_value",
    "code no_value",
    "code overflow",
    "code refused",
    "code barrier",
    "code already_connected",
    "code resolve",
    "code bad_url",
    "verdict skipped",
    "verdict breached",
});

/// Each in 2 of the usual cases at least.
inline constexpr std::uint64_t kRarelyAtLeast = 2;
inline constexpr auto kRarely = std::to_array<std::string_view>({
    "connect expect_error",
    "verify a share",
    "arrival poisson",
    "code too_long",
    "code no_match",
    "code fail",
});

}  // namespace oracle
