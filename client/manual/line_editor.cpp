#include "client/manual/line_editor.h"

#include <histedit.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "client/manual/keys.h"
#include "scheduler/check.h"

namespace client::manual {

namespace {

/// From this many characters on that come at once they are a paste, which is drawn once and not for each of them.
constexpr std::size_t kPaste = 16;

/// The longest line that is edited, and the longest that is kept in the history, in characters.
constexpr std::size_t kLongestLine = 16 * 1024;
constexpr std::size_t kLongestRemembered = 4 * 1024;
constexpr int kRemembered = 500;

constexpr std::wstring_view kPrompt = L"> ";

// Keys that no keyboard sends by itself, bound to what has no function in libedit's interface.
constexpr std::wstring_view kStartOver = L"\x1b\x01";
constexpr std::wstring_view kRedisplay = L"\x1b\x02";

constexpr std::string_view kEnterKeys = "\r\n";

/// Ctrl-D, and what it has become when it was pressed before the terminal was in raw mode.
constexpr std::string_view kEndOfInput("\x04\0", 2);

// Terminals that know bracketed paste mark what is pasted, so that it is not taken for commands.
constexpr std::string_view kMarkPastes = "\x1b[?2004h";
constexpr std::string_view kMarkNoPastes = "\x1b[?2004l";
constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";

std::size_t columns_of(int terminal) {
  winsize size{};
  return ::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

class LineEditor::Impl {
 public:
  Impl(int input, int output);
  ~Impl();

  std::optional<Entry> next();
  void print(std::string_view text);
  void end_line();
  void hide();
  void show();
  void resize();
  void leave();
  void enter();

  std::string keys;    ///< typed and not yet worked through
  std::string output;  ///< to be written

 private:
  static ssize_t collect(void* self, const char* bytes, std::size_t size);
  static int next_key(EditLine* editor, wchar_t* key);
  static wchar_t* prompt(EditLine* editor);
  static Impl& of(EditLine* editor);

  void bind(const char* key, const char* function);
  std::optional<Entry> take_key();
  std::optional<Entry> press_enter();
  Entry take_line(Entry::Kind kind);
  void insert(std::string_view text);
  void press(std::wstring_view key);
  std::wstring line() const;
  void keep_prompt(std::string_view text);

  const int output_fd_;
  FILE* screen_;
  EditLine* editor_;
  HistoryW* history_;
  std::wstring pressed_;    ///< what libedit has not fetched yet of the key that is pressed
  std::wstring prompt_;     ///< in front of the edited line
  std::string unfinished_;  ///< what was printed after the last line end
  std::wstring hidden_;     ///< the line while it is not shown
  int hidden_cursor_ = 0;
  bool is_hidden_ = false;
  bool is_pasting_ = false;
};

LineEditor::Impl::Impl(int input, int output_fd) : output_fd_(output_fd), prompt_(kPrompt) {
  // libedit asks the C library what a character is and how wide. A locale that is not there leaves "C".
  ::setlocale(LC_CTYPE, "C.UTF-8");
  screen_ = ::fopencookie(this, "w", {.read = nullptr, .write = collect, .seek = nullptr, .close = nullptr});
  sched::check(screen_ != nullptr, "no memory for a line editor");
  editor_ = ::el_init_fd("echo_client", stdin, screen_, screen_, input, output_fd, output_fd);
  history_ = ::history_winit();
  sched::check(editor_ != nullptr && history_ != nullptr, "no memory for a line editor");
  HistEventW event{};
  ::history_w(history_, &event, H_SETSIZE, kRemembered);
  ::history_w(history_, &event, H_SETUNIQUE, 1);
  ::el_wset(editor_, EL_CLIENTDATA, this);
  ::el_wset(editor_, EL_EDITOR, L"emacs");
  ::el_wset(editor_, EL_SIGNAL, 0);
  ::el_wset(editor_, EL_PROMPT, prompt);
  ::el_wset(editor_, EL_HIST, history_w, history_);
  ::el_wset(editor_, EL_GETCFN, next_key);
  bind("^I", "ed-insert");
  // The incremental search reads keys by itself, and would have to wait for them.
  bind("^R", "ed-search-prev-history");
  bind("^S", "ed-search-next-history");
  bind("\\e^A", "ed-start-over");
  bind("\\e^B", "ed-redisplay");
  output += kMarkPastes;
  ::el_wset(editor_, EL_UNBUFFERED, 1);
}

LineEditor::Impl::~Impl() {
  ::el_end(editor_);
  ::history_wend(history_);
  std::fclose(screen_);
}

ssize_t LineEditor::Impl::collect(void* self, const char* bytes, std::size_t size) {
  static_cast<Impl*>(self)->output.append(bytes, size);
  return static_cast<ssize_t>(size);
}

LineEditor::Impl& LineEditor::Impl::of(EditLine* editor) {
  void* self = nullptr;
  ::el_wget(editor, EL_CLIENTDATA, &self);
  return *static_cast<Impl*>(self);
}

// 0 is the end of the input, which ends a sequence of keys that nothing is bound to.
int LineEditor::Impl::next_key(EditLine* editor, wchar_t* key) {
  std::wstring& pressed = of(editor).pressed_;
  if (pressed.empty()) return 0;
  *key = pressed.front();
  pressed.erase(0, 1);
  return 1;
}

wchar_t* LineEditor::Impl::prompt(EditLine* editor) { return of(editor).prompt_.data(); }

void LineEditor::Impl::bind(const char* key, const char* function) {
  ::el_set(editor_, EL_BIND, key, function, nullptr);
}

std::wstring LineEditor::Impl::line() const {
  const LineInfoW* const info = ::el_wline(editor_);
  return {info->buffer, info->lastchar};
}

void LineEditor::Impl::press(std::wstring_view key) {
  pressed_ = key;
  while (!pressed_.empty()) {
    const std::size_t before = pressed_.size();
    int count = 0;
    ::el_wgets(editor_, &count);
    if (pressed_.size() == before) break;
  }
  pressed_.clear();
}

void LineEditor::Impl::insert(std::string_view text) {
  ::el_winsertstr(editor_, widen(text).c_str());
  press(kRedisplay);
}

std::optional<LineEditor::Entry> LineEditor::Impl::next() {
  while (!keys.empty()) {
    if (first_key(keys) == 0) return std::nullopt;
    if (std::optional<Entry> entry = take_key()) return entry;
    if (line().size() >= kLongestLine) return take_line(Entry::Kind::piece);
  }
  return std::nullopt;
}

/// Works through one key, or as much of a paste as is drawn at once.
std::optional<LineEditor::Entry> LineEditor::Impl::take_key() {
  const std::size_t plain = plain_text(std::string_view(keys).substr(0, kLongestLine));
  const std::string key = keys.substr(0, plain >= kPaste || (is_pasting_ && plain > 0) ? plain : first_key(keys));
  keys.erase(0, key.size());
  if (key == kPasteBegins || key == kPasteEnds) {
    is_pasting_ = key == kPasteBegins;
  } else if (kEnterKeys.contains(key)) {
    return take_line(is_pasting_ ? Entry::Kind::pasted_line : Entry::Kind::line);
  } else if (plain >= kPaste || is_pasting_) {
    insert(key);
  } else if (kEndOfInput.contains(key[0]) && line().empty()) {
    return Entry{.kind = Entry::Kind::end};
  } else {
    press(widen(key));
  }
  return std::nullopt;
}

LineEditor::Entry LineEditor::Impl::take_line(Entry::Kind kind) {
  const std::wstring text = line();
  press(L"\n");
  // The prompt is on the screen, above what comes next.
  unfinished_.clear();
  prompt_ = kPrompt;
  press(kStartOver);
  if (kind != Entry::Kind::piece && !text.empty() && text.size() <= kLongestRemembered) {
    HistEventW event{};
    ::history_w(history_, &event, H_ENTER, text.c_str());
  }
  return {.kind = kind, .text = narrow(text)};
}

// There is no call for it: the display is drawn anew with an empty line and no prompt.
void LineEditor::Impl::hide() {
  if (std::exchange(is_hidden_, true)) return;
  const LineInfoW* const info = ::el_wline(editor_);
  hidden_.assign(info->buffer, info->lastchar);
  hidden_cursor_ = static_cast<int>(info->cursor - info->buffer);
  const int size = static_cast<int>(hidden_.size());
  ::el_cursor(editor_, size - hidden_cursor_);
  ::el_deletestr(editor_, size);
  prompt_.clear();
  press(kRedisplay);
}

void LineEditor::Impl::show() {
  if (!std::exchange(is_hidden_, false)) return;
  prompt_ = unfinished_.empty() ? std::wstring(kPrompt) : widen(unfinished_);
  ::el_winsertstr(editor_, hidden_.c_str());
  ::el_cursor(editor_, hidden_cursor_ - static_cast<int>(hidden_.size()));
  ::el_wset(editor_, EL_REFRESH);
}

void LineEditor::Impl::print(std::string_view text) {
  hide();
  const std::string all = std::exchange(unfinished_, {}) + std::string(text);
  const std::size_t finished = all.rfind('\n') + 1;
  output += std::string_view(all).substr(0, finished);
  keep_prompt(std::string_view(all).substr(finished));
  show();
}

void LineEditor::Impl::end_line() {
  if (!unfinished_.empty()) print("\n");
}

/// Keeps `text` as the prompt: the last row of it, the others are written.
void LineEditor::Impl::keep_prompt(std::string_view text) {
  const std::size_t columns = columns_of(output_fd_);
  std::size_t width = 0;
  for (const wchar_t character : widen(text)) {
    const bool is_tab = character == L'\t';
    const std::size_t wide = is_tab ? 8 - width % 8 : static_cast<std::size_t>(std::max(::wcwidth(character), 0));
    if (width + wide >= columns) {
      output += std::exchange(unfinished_, {}) + "\n";
      width = 0;
    }
    width += wide;
    unfinished_ += is_tab ? std::string(wide, ' ') : narrow({&character, 1});
  }
}

void LineEditor::Impl::resize() {
  ::el_resize(editor_);
  press(kRedisplay);
}

void LineEditor::Impl::leave() {
  hide();
  if (!unfinished_.empty()) output += std::exchange(unfinished_, {}) + "\n";
  output += kMarkNoPastes;
  ::el_wset(editor_, EL_PREP_TERM, 0);
}

void LineEditor::Impl::enter() {
  ::el_wset(editor_, EL_PREP_TERM, 1);
  output += kMarkPastes;
  ::el_resize(editor_);
  show();
}

LineEditor::LineEditor(int input, int output) : impl_(std::make_unique<Impl>(input, output)) {}
LineEditor::~LineEditor() = default;
void LineEditor::type(std::string_view keys) { impl_->keys += keys; }
std::optional<LineEditor::Entry> LineEditor::next() { return impl_->next(); }
void LineEditor::print(std::string_view text) { impl_->print(text); }
void LineEditor::end_line() { impl_->end_line(); }
void LineEditor::resize() { impl_->resize(); }
void LineEditor::leave() { impl_->leave(); }
void LineEditor::enter() { impl_->enter(); }
std::string LineEditor::take_output() { return std::exchange(impl_->output, {}); }

}  // namespace client::manual
