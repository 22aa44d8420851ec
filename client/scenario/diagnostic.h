#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client/scenario/source.h"

namespace client::scenario {

/// Something that is wrong with a file, and what to do about it.
struct Diagnostic {
  std::string path;     ///< of the file; or what of a command line it is
  Place place;          ///< line 0 when the file could not be read at all, or there is none
  std::string message;  ///< `unknown key "exepct", did you mean "expect"?`
  std::string excerpt;  ///< SourceFile::excerpt, empty when there is no line
};

/// As compilers print it, each line ended by a newline:
///   scenarios/x.json:9:11: error: unknown key "exepct", did you mean "expect"?  (/clients/0/steps/1)
///    9 |         { "exepct": "GOT:Hello" },
///      |           ^^^^^^^^
std::string render(const Diagnostic& diagnostic);

/// A part of a file's text, in bytes.
struct Extent {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

/// Gathers all that is wrong with one file. One thread.
class DiagnosticList {
 public:
  /// More are not kept: whoever has written so many needs the first ones.
  static constexpr std::size_t kMax = 100;

  /// `source` outlives the list.
  explicit DiagnosticList(const SourceFile& source) : source_(source) {}

  void add(Extent where, std::string pointer, std::string message);
  void add(Place place, std::string message);

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  bool full() const { return entries_.size() >= kMax; }

  /// All of them, in the order of the file.
  std::vector<Diagnostic> take();

 private:
  const SourceFile& source_;
  std::vector<Diagnostic> entries_;
};

}  // namespace client::scenario
