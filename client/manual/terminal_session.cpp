#include "client/manual/terminal_session.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <expected>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "scheduler/cancel_scope.h"
#include "scheduler/readiness.h"
#include "scheduler/scheduler.h"
#include "scheduler/scope.h"
#include "text/escape.h"
#include "text/units.h"

namespace client::manual {

namespace {

/// How long a terminal has to take the last of what is to be shown.
constexpr sched::Duration kLastWords = std::chrono::milliseconds(200);

constexpr std::size_t kKeys = 4096;

std::expected<sched::Descriptor, std::string> open_regular_file(const std::string& path) {
  const auto failed = [&](int error) {
    return std::unexpected(fmt::format("/file {}: {}; nothing was sent", text::quote(path),
                                       describe(sched::Error{sched::ErrorCode::system, error, "open"})));
  };
  // A FIFO would wait for a writer.
  sched::Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) return failed(errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return failed(errno);
  if (S_ISREG(status.st_mode)) return file;
  return std::unexpected(fmt::format("/file {}: not a regular file; nothing was sent", text::quote(path)));
}

std::string told(const char* direction, const Conversation::Traffic& traffic) {
  return fmt::format("{} {} in {} line{}", direction, text::format_size(traffic.bytes), traffic.lines,
                     traffic.lines == 1 ? "" : "s");
}

}  // namespace

TerminalSession::Editing::Editing(Form form)
    : mode(STDIN_FILENO),
      own_keyboard(open_terminal_anew(STDIN_FILENO, O_RDONLY)),
      keyboard(own_keyboard ? own_keyboard.get() : STDIN_FILENO),
      editor(STDIN_FILENO, STDOUT_FILENO),
      screen(editor, STDOUT_FILENO, form) {}

TerminalSession::TerminalSession(const ConnectOptions& options, Connections& connections, sched::Signals& signals,
                                 Form form)
    : options_(options), connections_(connections), signals_(signals), form_(form) {
  input_.restart();
}

sched::Task<Outcome> TerminalSession::run() {
  sched::Scope watch;
  watch.spawn(follow_terminal());
  StandardOutput plain(STDOUT_FILENO, form_);
  Connected first = co_await connections_.next(plain);
  Outcome outcome = first ? co_await edit(*std::move(first)) : Outcome(std::unexpected(std::move(first.error())));
  watch.cancel();
  [[maybe_unused]] const sched::Result<void> watched = co_await watch.join();
  co_return outcome;
}

sched::Task<Outcome> TerminalSession::edit(sched::Stream first) {
  editing_.emplace(form_);
  sched::Scope keyboard;
  keyboard.spawn(take_keys());
  Outcome outcome = co_await converse(std::move(first));
  keyboard.cancel();
  const sched::Result<void> typed = co_await keyboard.join();
  co_await give_back();
  editing_.reset();
  if (outcome && !typed) outcome = std::unexpected(describe(typed.error()));
  co_return outcome;
}

sched::Task<void> TerminalSession::give_back() {
  editing_->editor.leave();
  const sched::CancelScope bounded(sched::instant_after(sched::now(), kLastWords), sched::CancelScope::Shield::yes);
  [[maybe_unused]] const sched::Result<void> flushed = co_await editing_->screen.flush();
}

sched::Task<Outcome> TerminalSession::converse(sched::Stream first) {
  Connected stream(std::move(first));
  while (stream) {
    Outcome ended = co_await hold(*std::move(stream));
    const bool is_last = !is_closing_ && options_.mode != ConnectOptions::Mode::keep_listen;
    if (is_last || is_quitting_) co_return ended;
    if (!ended) co_await editing_->screen.tell(std::move(ended.error()));
    stream = co_await next_connection();
  }
  co_return is_quitting_ ? Outcome{} : std::unexpected(std::move(stream.error()));
}

/// Holds a conversation until either side ends it.
sched::Task<Outcome> TerminalSession::hold(sched::Stream stream) {
  input_.restart();
  is_closing_ = false;
  Conversation conversation(
      std::move(stream), input_, editing_->screen,
      {.idle = options_.listens() ? std::nullopt : options_.timeout, .quit_after = options_.quit_after});
  conversation_ = &conversation;
  const sched::Result<void> ended = co_await conversation.run();
  conversation_ = nullptr;
  input_.restart();
  if (options_.verbose) {
    co_await editing_->screen.tell(
        fmt::format("{}; {}", told("sent", conversation.sent()), told("received", conversation.received())));
  }
  if (!ended) co_return std::unexpected(describe(ended.error()));
  co_return Outcome{};
}

/// The connection that the user asks for next, or the next that comes. An error when there is none any more: the user
/// quits, it is cancelled, or none can be taken.
sched::Task<Connected> TerminalSession::next_connection() {
  for (;;) {
    if (options_.mode != ConnectOptions::Mode::keep_listen) {
      const sched::Result<void> asked = co_await asked_.wait();
      if (!asked) co_return std::unexpected(describe(asked.error()));
    }
    asked_.reset();
    if (is_quitting_) co_return std::unexpected(std::string("the user quits"));
    const bool dials = wanted_.has_value();
    Connected stream = dials ? co_await open_wanted() : co_await take_next();
    // While it was waited for, the user may have asked for something else.
    if (stream || (!dials && !asked_.is_set())) co_return stream;
    if (dials && !asked_.is_set()) co_await editing_->screen.tell(std::move(stream.error()));
  }
}

sched::Task<Connected> TerminalSession::take_next() {
  sched::CancelScope waiting;
  waiting_ = &waiting;
  Connected stream = co_await connections_.next(editing_->screen);
  waiting_ = nullptr;
  co_return stream;
}

sched::Task<Connected> TerminalSession::open_wanted() {
  options_.url = *std::exchange(wanted_, std::nullopt);
  sched::CancelScope waiting;
  waiting_ = &waiting;
  Connected stream = co_await dial(options_, options_.url);
  waiting_ = nullptr;
  if (stream) co_await editing_->screen.tell(fmt::format("connected to {}", peer_of(*stream)));
  co_return stream;
}

/// Lets go of the conversation, or of what is waited for instead.
void TerminalSession::let_go() {
  asked_.set();
  is_closing_ = true;
  if (conversation_ != nullptr) conversation_->close();
  if (waiting_ != nullptr) waiting_->cancel();
}

sched::Task<sched::Result<void>> TerminalSession::take_keys() {
  sched::Result<void> taken;
  while (taken) taken = co_await take_some_keys();
  const sched::ErrorCode code = taken.error().code;
  if (code == sched::ErrorCode::cancelled) co_return sched::Result<void>{};
  // Nobody can say any more what is to be done.
  co_await perform(Quit{});
  co_return code == sched::ErrorCode::end_of_stream ? sched::Result<void>{} : taken;
}

/// Waits for keys, and does what they ask for. Errors: end_of_stream, when the terminal has gone; system; cancelled.
sched::Task<sched::Result<void>> TerminalSession::take_some_keys() {
  const sched::Result<void> flushed = co_await editing_->screen.flush();
  if (!flushed) co_return flushed;
  const sched::Result<void> ready = co_await sched::wait_until_ready(editing_->keyboard, sched::Ready::to_read);
  if (!ready) co_return ready;
  std::array<char, kKeys> keys;
  const ssize_t count = ::read(editing_->keyboard, keys.data(), keys.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) co_return sched::Result<void>{};
  if (count < 0 && errno != EIO) co_return sched::system_error("standard input", errno);
  if (count <= 0) co_return sched::failure(sched::ErrorCode::end_of_stream, "standard input");
  editing_->editor.type({keys.data(), static_cast<std::size_t>(count)});
  while (std::optional<LineEditor::Entry> entry = editing_->editor.next()) {
    co_await take_entry(*std::move(entry));
    const sched::Result<void> room = co_await input_.room();
    if (!room) co_return room;
  }
  co_return sched::Result<void>{};
}

sched::Task<void> TerminalSession::take_entry(LineEditor::Entry entry) {
  using Kind = LineEditor::Entry::Kind;
  if (entry.kind == Kind::end) co_return co_await (conversation_ != nullptr ? perform(Shutdown{}) : perform(Quit{}));
  if (entry.kind == Kind::piece) co_return co_await send(std::move(entry.text));
  if (entry.kind == Kind::pasted_line) co_return co_await perform(SendLine{std::move(entry.text)});
  std::expected<Command, std::string> command = parse_command(entry.text);
  if (!command) co_return co_await editing_->screen.tell(std::move(command.error()));
  co_await std::visit([this](auto& one) { return perform(std::move(one)); }, *command);
}

sched::Task<void> TerminalSession::send(std::string bytes) {
  if (conversation_ == nullptr)
    co_return co_await editing_->screen.tell("not connected: nothing was sent; /open connects");
  if (input_.has_ended()) co_return co_await editing_->screen.tell("sending has been ended: nothing was sent");
  input_.put(std::move(bytes));
}

sched::Task<void> TerminalSession::perform(SendLine line) {
  return send(std::move(line.text) + (options_.crlf ? "\r\n" : "\n"));
}

sched::Task<void> TerminalSession::perform(SendBytes bytes) { return send(std::move(bytes.bytes)); }

sched::Task<void> TerminalSession::perform(SendFile file) {
  if (conversation_ == nullptr || input_.has_ended()) co_return co_await send({});
  std::expected<sched::Descriptor, std::string> opened = open_regular_file(file.path);
  if (!opened) co_return co_await editing_->screen.tell(std::move(opened.error()));
  input_.put(*std::move(opened));
}

sched::Task<void> TerminalSession::perform(Close) {
  if (conversation_ == nullptr) co_return co_await editing_->screen.tell("not connected");
  is_closing_ = true;
  conversation_->close();
}

sched::Task<void> TerminalSession::perform(Reset) {
  if (conversation_ == nullptr) co_return co_await editing_->screen.tell("not connected");
  is_closing_ = true;
  conversation_->reset();
}

sched::Task<void> TerminalSession::perform(Shutdown) {
  if (conversation_ == nullptr) co_return co_await editing_->screen.tell("not connected");
  input_.end();
}

sched::Task<void> TerminalSession::perform(Open open) {
  if (open.address.empty() && options_.listens()) {
    co_return co_await editing_->screen.tell("/open: where to? An address is HOST PORT, tcp://HOST:PORT or unix:PATH");
  }
  wanted_ = options_.url;
  if (!open.address.empty()) {
    std::expected<transport::Url, std::string> url = parse_address(open.address);
    if (!url) co_return co_await editing_->screen.tell(fmt::format("/open: {}", url.error()));
    wanted_ = *std::move(url);
  }
  let_go();
}

sched::Task<void> TerminalSession::perform(Stats) {
  if (conversation_ == nullptr) co_return co_await editing_->screen.tell("not connected");
  co_await editing_->screen.tell(fmt::format("{}; {}; connected for {}", told("sent", conversation_->sent()),
                                             told("received", conversation_->received()),
                                             text::format_duration(sched::now() - conversation_->began())));
}

sched::Task<void> TerminalSession::perform(Quit) {
  is_quitting_ = true;
  let_go();
  co_return;
}

sched::Task<void> TerminalSession::perform(ListCommands) { return editing_->screen.print(list_of_commands()); }

sched::Task<void> TerminalSession::follow_terminal() {
  for (;;) {
    const sched::Result<int> signal = co_await signals_.next();
    if (!signal) co_return;
    if (*signal == SIGTSTP) {
      co_await stop_and_go_on();
    } else if (editing_ && *signal == SIGWINCH) {
      editing_->editor.resize();
    } else if (editing_) {
      editing_->editor.leave();
      editing_->editor.enter();
    }
    if (!editing_) continue;
    [[maybe_unused]] const sched::Result<void> flushed = co_await editing_->screen.flush();
  }
}

sched::Task<void> TerminalSession::stop_and_go_on() {
  if (!editing_) {
    stop_process();
    co_return;
  }
  co_await give_back();
  editing_->mode.restore();
  stop_process();
  editing_->editor.enter();
}

}  // namespace client::manual
