#pragma once

#include <optional>
#include <string>

#include "client/manual/command.h"
#include "client/manual/connections.h"
#include "client/manual/conversation.h"
#include "client/manual/line_editor.h"
#include "client/manual/screen.h"
#include "client/manual/terminal_mode.h"
#include "client/manual/typed_input.h"
#include "client/manual/view.h"
#include "client/options.h"
#include "scheduler/cancel_scope.h"
#include "scheduler/descriptor.h"
#include "scheduler/event.h"
#include "scheduler/signals.h"
#include "scheduler/task.h"

namespace client::manual {

/// A user at a terminal who talks over a connection: lines are edited and sent, what comes is shown above, and commands
/// close, open and look at the connection.
class TerminalSession {
 public:
  /// All outlive it. `signals` gives those of a terminal: SIGTSTP, SIGCONT and SIGWINCH.
  TerminalSession(const ConnectOptions& options, Connections& connections, sched::Signals& signals, Form form);

  /// Takes the terminal when the first connection stands, and goes on until the peer or the user ends it: a connection
  /// that the user closes is no end. Once. Cancellation: gives the terminal back and ends.
  sched::Task<Outcome> run();

 private:
  /// What there is while lines are edited.
  struct Editing {
    explicit Editing(Form form);

    TerminalMode mode;
    sched::Descriptor own_keyboard;
    int keyboard;  ///< what is typed is read from it
    LineEditor editor;
    Screen screen;
  };

  sched::Task<Outcome> edit(sched::Stream first);
  sched::Task<Outcome> converse(sched::Stream first);
  sched::Task<Outcome> hold(sched::Stream stream);
  sched::Task<Connected> next_connection();
  sched::Task<Connected> take_next();
  sched::Task<Connected> open_wanted();
  void let_go();

  sched::Task<sched::Result<void>> take_keys();
  sched::Task<sched::Result<void>> take_some_keys();
  sched::Task<void> take_entry(LineEditor::Entry entry);
  sched::Task<void> send(std::string bytes);
  sched::Task<void> perform(SendLine line);
  sched::Task<void> perform(SendBytes bytes);
  sched::Task<void> perform(SendFile file);
  sched::Task<void> perform(Close close);
  sched::Task<void> perform(Reset reset);
  sched::Task<void> perform(Shutdown shutdown);
  sched::Task<void> perform(Open open);
  sched::Task<void> perform(Stats stats);
  sched::Task<void> perform(Quit quit);
  sched::Task<void> perform(ListCommands list);

  sched::Task<void> follow_terminal();
  sched::Task<void> stop_and_go_on();
  sched::Task<void> give_back();

  ConnectOptions options_;  ///< the address is the one that was connected to last
  Connections& connections_;
  sched::Signals& signals_;
  const Form form_;

  std::optional<Editing> editing_;
  TypedInput input_;
  Conversation* conversation_ = nullptr;   ///< the one that goes on
  sched::CancelScope* waiting_ = nullptr;  ///< what the next connection is waited for in
  bool is_closing_ = false;                ///< whether the user has ended it
  bool is_quitting_ = false;
  std::optional<transport::Url> wanted_;  ///< where the user wants to connect to next
  sched::Event asked_;                    ///< the user wants a connection, or to quit
};

}  // namespace client::manual
