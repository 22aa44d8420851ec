#include "client/load/hdr_log.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "scheduler/check.h"

namespace client::load {

namespace {

// Version 2, and that the counts' lengths vary.
constexpr std::uint32_t kCookie = 0x1c84'9313;
constexpr std::uint32_t kCompressedCookie = 0x1c84'9314;

constexpr std::uint32_t kSignificantDigits = 3;
constexpr std::uint64_t kLowestDiscernible = 1;

template <typename Number>
void append_big_endian(Number number, std::string& out) {
  for (unsigned shift = sizeof(Number) * 8; shift > 0;) out += static_cast<char>(number >> (shift -= 8) & 0xff);
}

/// LEB128, except that a ninth byte has eight bits and is the last; negative numbers are those with an odd encoding.
void append_number(std::int64_t number, std::string& out) {
  auto rest = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
  for (int bytes = 1; rest > 0x7f && bytes < 9; ++bytes, rest >>= 7) out += static_cast<char>(rest | 0x80);
  out += static_cast<char>(rest);
}

/// The counts up to the last that is not zero. Zeros side by side are one negative number: how many they are.
std::string encode_counts(std::span<const std::uint64_t> counts) {
  while (counts.size() > 1 && counts.back() == 0) counts = counts.first(counts.size() - 1);
  std::string out;
  for (std::size_t i = 0; i < counts.size();) {
    const auto used = std::ranges::find_if(counts.subspan(i), [](std::uint64_t count) { return count != 0; });
    const std::int64_t zeros = used - counts.subspan(i).begin();
    append_number(zeros > 1 ? -zeros : static_cast<std::int64_t>(counts[i]), out);
    i += zeros > 1 ? static_cast<std::size_t>(zeros) : 1;
  }
  return out;
}

std::string encode(const Histogram& histogram) {
  const std::string counts = encode_counts(histogram.counts());
  std::string out;
  append_big_endian(kCookie, out);
  append_big_endian(static_cast<std::uint32_t>(counts.size()), out);
  append_big_endian(std::uint32_t{0}, out);  // Nothing is shifted.
  append_big_endian(kSignificantDigits, out);
  append_big_endian(kLowestDiscernible, out);
  append_big_endian(static_cast<std::uint64_t>(slots::kLongest.count()), out);
  append_big_endian(std::bit_cast<std::uint64_t>(1.0), out);  // What values are to be multiplied by.
  return out + counts;
}

std::string compress(std::string_view bytes) {
  uLongf size = ::compressBound(bytes.size());
  std::string out(size, '\0');
  const int status = ::compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                                 reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_COMPRESSION);
  sched::check(status == Z_OK, "there is memory to compress a histogram");
  out.resize(size);
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL.
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

double in_seconds(sched::Duration duration) { return std::chrono::duration<double>(duration).count(); }

double in_milliseconds(sched::Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

/// A tag ends at these.
std::string as_tag(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c <= ' ' || c == ','; }, '_');
  return text;
}

}  // namespace

std::string hdr_encoding(const Histogram& histogram) {
  const std::string compressed = compress(encode(histogram));
  std::string out;
  append_big_endian(kCompressedCookie, out);
  append_big_endian(static_cast<std::uint32_t>(compressed.size()), out);
  return to_base64(out + compressed);
}

std::string hdr_log(std::span<const HdrInterval> intervals, StartTime start) {
  std::string log = hdr_log_head(start);
  for (const HdrInterval& interval : intervals) log += hdr_log_line(interval);
  return log;
}

std::string hdr_log_head(StartTime start) {
  const auto second = std::chrono::floor<std::chrono::seconds>(start);
  return fmt::format(
      "#[Histogram log format version 1.3]\n"
      "#[StartTime: {:.3f} (seconds since epoch), {:%a %b %d %H:%M:%S} UTC {:%Y}]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
      in_seconds(start.time_since_epoch()), second, second);
}

std::string hdr_log_line(const HdrInterval& interval) {
  const std::string tag = interval.tag.empty() ? "" : fmt::format("Tag={},", as_tag(interval.tag));
  return fmt::format("{}{:.3f},{:.3f},{:.3f},{}\n", tag, in_seconds(interval.start), in_seconds(interval.length),
                     in_milliseconds(interval.histogram.max()), hdr_encoding(interval.histogram));
}

}  // namespace client::load
