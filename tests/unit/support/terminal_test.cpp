#include "tests/support/terminal.h"

#include <signal.h>

#include <stdexcept>

#include <gtest/gtest.h>

namespace support {
namespace {

TEST(Terminal, IsOneForTheProgram) {
  Terminal terminal({"sh", "-c", "test -t 0 && test -t 1 && test -t 2 && echo yes"});
  EXPECT_EQ(terminal.read_until("\n"), "yes\n");
  EXPECT_EQ(terminal.wait(), Exit::code(0));
}

TEST(Terminal, HandsOnWhatIsTypedLineByLineAndEchoesNothing) {
  Terminal terminal({"cat"});
  terminal.type("typed\n");
  EXPECT_EQ(terminal.read_until("\n"), "typed\n");
  terminal.type(Terminal::kEndOfInput);
  EXPECT_EQ(terminal.wait(), Exit::code(0));
}

TEST(Terminal, TurnsCtrlCIntoASignal) {
  Terminal terminal({"sh", "-c", "echo ready; exec cat"});
  terminal.read_until("ready\n");
  terminal.type(Terminal::kInterrupt);
  EXPECT_EQ(terminal.wait(), Exit::signal(SIGINT));
}

TEST(Terminal, TellsWhatWasOnTheScreenWhenItIsNotWhatWasWaitedFor) {
  Terminal terminal({"echo", "something else"});
  try {
    terminal.read_until("never");
    FAIL() << "it was not missed";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string_view(error.what()).find("something else"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace support
