#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// What a byte stream is answered: a pure function of its bytes. No sockets, no clock, no allocation; any thread, one
// stream each. The caller moves the bytes and chooses how: in place, copied or gathered.

namespace echo {

/// What a byte stream is cut into; each unit is answered with the prefix and its own bytes.
enum class Framing : std::uint8_t {
  /// A line, ended by '\n'. The answer depends on the stream alone, never on how it was cut into receives: the prefix
  /// goes out with the first byte of a line, the bytes of the line follow as they arrive, however long it gets.
  line,
  /// What one receive returned, cut after every kChunkBytes.
  chunk,
};

/// The most that one unit of Framing::chunk holds, in bytes.
inline constexpr std::size_t kChunkBytes = 1000;

/// The answer to one byte stream. The bytes received are handed to next() or write(), in any mixture, as `rest`: both
/// take what they answer off its front. For Framing::chunk, what one receive returned is used up before what the next
/// one returned is handed in.
class StreamAnswer {
 public:
  /// A part of the answer: `prefix`, then `bytes`.
  struct Piece {
    std::span<const std::byte> prefix;  ///< What is due of the prefix; empty inside a unit.
    std::span<const std::byte> bytes;   ///< A part of `rest`.
  };

  /// `prefix` may be empty and hold any byte, and is shorter than 4 GiB; it outlives the answer.
  StreamAnswer(Framing framing, std::span<const std::byte> prefix) : prefix_(prefix), framing_(framing) {
    begin_unit();
  }

  /// The answer to the first unit in `rest`, or to as much of the unit as is there; with an empty prefix, to all of
  /// `rest`. Nothing is answered to nothing. Copies nothing.
  Piece next(std::span<const std::byte>& rest);

  /// Writes the answer to `rest` into `out` until one of them is used up; returns how many bytes were written. `out`
  /// may end anywhere, inside the prefix too: the next call goes on there. What is behind them in `out` is overwritten.
  /// The two must not overlap.
  std::size_t write(std::span<const std::byte>& rest, std::span<std::byte> out);

 private:
  void write_line(std::span<const std::byte>& rest, std::span<std::byte>& out);
  std::span<const std::byte> take_prefix(std::size_t limit);
  std::span<const std::byte> take_bytes(std::span<const std::byte>& rest, std::size_t limit);
  std::size_t line_bytes(std::span<const std::byte> bytes);
  std::size_t chunk_bytes(std::span<const std::byte> bytes, std::size_t received);
  void begin_unit();

  std::span<const std::byte> prefix_;
  std::uint32_t prefix_due_ = 0;            // To be written before the next byte of the stream.
  std::uint16_t chunk_left_ = kChunkBytes;  // Of the unit; chunk only.
  Framing framing_;
};

}  // namespace echo
