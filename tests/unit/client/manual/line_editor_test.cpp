#include "client/manual/line_editor.h"

#include <pty.h>
#include <stdlib.h>
#include <termios.h>

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/descriptor.h"

namespace client::manual {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Entry = LineEditor::Entry;
using Kind = LineEditor::Entry::Kind;

/// A terminal of 80 columns that an editor edits on. What is written to it is only kept.
class LineEditing : public testing::Test {
 protected:
  LineEditing() {
    ::setenv("TERM", "xterm", 1);
    winsize size{};
    size.ws_col = 80;
    size.ws_row = 24;
    int user = -1;
    int program = -1;
    EXPECT_EQ(::openpty(&user, &program, nullptr, nullptr, &size), 0);
    user_ = sched::Descriptor(user);
    program_ = sched::Descriptor(program);
    ::tcgetattr(program, &mode_);
    editor_ = std::make_unique<LineEditor>(program, program);
  }

  /// What was entered when these keys have been typed.
  std::vector<std::string> enter(std::string_view keys) {
    editor_->type(keys);
    std::vector<std::string> entered;
    while (const std::optional<Entry> entry = editor_->next()) entered.push_back(entry->text);
    return entered;
  }

  std::vector<Kind> kinds(std::string_view keys) {
    editor_->type(keys);
    std::vector<Kind> entered;
    while (const std::optional<Entry> entry = editor_->next()) entered.push_back(entry->kind);
    return entered;
  }

  sched::Descriptor user_;
  sched::Descriptor program_;
  termios mode_{};
  std::unique_ptr<LineEditor> editor_;
};

TEST_F(LineEditing, GivesLinesWhenEnterIsPressed) {
  EXPECT_THAT(enter("Hel"), IsEmpty());
  EXPECT_THAT(enter("lo\r"), ElementsAre("Hello"));
  EXPECT_THAT(enter("a\nb\n\n"), ElementsAre("a", "b", ""));
}

TEST_F(LineEditing, EditsWithTheUsualKeys) {
  EXPECT_THAT(enter("Heo\x1b[Dll\r"), ElementsAre("Hello"));
  EXPECT_THAT(enter("xello\x01\x04H\r"), ElementsAre("Hello"));
  EXPECT_THAT(enter("Hellooo\x7f\x7f\r"), ElementsAre("Hello"));
  EXPECT_THAT(enter("all gone\x15Hello\r"), ElementsAre("Hello"));
  EXPECT_THAT(enter("one two\x17three\r"), ElementsAre("one three"));
}

TEST_F(LineEditing, WaitsForTheRestOfAKey) {
  EXPECT_THAT(enter("ab\x1b"), IsEmpty());
  EXPECT_THAT(enter("["), IsEmpty());
  EXPECT_THAT(enter("Dx\r"), ElementsAre("axb"));
  EXPECT_THAT(enter("\xc3"), IsEmpty());
  EXPECT_THAT(enter("\xbc\r"), ElementsAre("ü"));
}

TEST_F(LineEditing, RemembersLines) {
  enter("first\rsecond\r");
  EXPECT_THAT(enter("\x1b[A\r"), ElementsAre("second"));
  EXPECT_THAT(enter("\x1b[A\x1b[A\r"), ElementsAre("first"));
  // A search would read keys by itself.
  EXPECT_THAT(enter("sec\x12\r"), ElementsAre("second"));
}

TEST_F(LineEditing, RemembersLinesThatWerePasted) {
  enter("\x1b[200~pasted\r\x1b[201~typed\r");
  EXPECT_THAT(enter("\x1b[A\x1b[A\r"), ElementsAre("pasted"));
}

TEST_F(LineEditing, RemembersNoLineThatIsVeryLong) {
  enter("short\r" + std::string(5000, 'x') + "\r");
  EXPECT_THAT(enter("\x1b[A\r"), ElementsAre("short"));
}

TEST_F(LineEditing, BeginsAtTheLatestLineAgain) {
  enter("first\rsecond\r\x1b[A\x1b[A\r");
  EXPECT_THAT(enter("\x1b[A\r"), ElementsAre("first"));
}

TEST_F(LineEditing, TakesAControlCharacterAfterCtrlV) {
  EXPECT_THAT(enter("a\x16"), IsEmpty());
  EXPECT_THAT(enter("\x1b[Ab\r"), ElementsAre("a\x1b[Ab"));
}

TEST_F(LineEditing, GivesBytesBackThatAreNotUtf8) {
  EXPECT_THAT(enter("a\xff\x80z\r"), ElementsAre("a\xff\x80z"));
  EXPECT_THAT(enter("tab\there\r"), ElementsAre("tab\there"));
}

TEST_F(LineEditing, EndsAtCtrlDInAnEmptyLineAlone) {
  EXPECT_THAT(kinds("\x04"), ElementsAre(Kind::end));
  EXPECT_THAT(kinds("a\x04"), IsEmpty());
  EXPECT_THAT(kinds("\x7f\x04"), ElementsAre(Kind::end));
}

TEST_F(LineEditing, MarksLinesWhoseEndWasPasted) {
  EXPECT_THAT(kinds("\x1b[200~/a\r/b\x1b[201~\r"), ElementsAre(Kind::pasted_line, Kind::line));
}

TEST_F(LineEditing, TakesControlCharactersOfAPasteAsText) {
  EXPECT_THAT(enter("\x1b[200~a\x01\x1b[Db\r\x1b[201~"), ElementsAre("a\x01\x1b[Db"));
}

TEST_F(LineEditing, GivesALineThatIsTooLongInPieces) {
  const std::string line(100'000, 'x');
  editor_->type(line + "\r");
  std::string all;
  std::vector<Kind> seen;
  while (const std::optional<Entry> entry = editor_->next()) {
    all += entry->text;
    seen.push_back(entry->kind);
  }
  EXPECT_TRUE(all == line) << all.size();
  EXPECT_GT(seen.size(), 2);
  EXPECT_EQ(seen.front(), Kind::piece);
  EXPECT_EQ(seen.back(), Kind::line);
}

TEST_F(LineEditing, KeepsTheLineWhileOtherTextIsPrinted) {
  enter("half\x1b[D");
  editor_->take_output();
  editor_->print("news\n");
  const std::string output = editor_->take_output();
  EXPECT_THAT(output, HasSubstr("news\n"));
  EXPECT_THAT(output.substr(output.find("news")), HasSubstr("> half"));
  EXPECT_THAT(enter("x\r"), ElementsAre("halxf"));
}

TEST_F(LineEditing, ShowsAnUnfinishedLineAsThePrompt) {
  editor_->take_output();
  editor_->print("Welcome\nlog");
  editor_->print("in:\t");
  const std::string output = editor_->take_output();
  EXPECT_THAT(output, HasSubstr("login:  "));
  EXPECT_THAT(output, Not(HasSubstr("\t")));
  EXPECT_THAT(enter("anna\r"), ElementsAre("anna"));
  EXPECT_THAT(editor_->take_output(), HasSubstr("> "));
}

TEST_F(LineEditing, EndsAnUnfinishedLineWhenItIsToldTo) {
  editor_->print("login: ");
  editor_->take_output();
  editor_->end_line();
  editor_->end_line();
  editor_->print("news\n");
  const std::string output = editor_->take_output();
  EXPECT_THAT(output, HasSubstr("login: \n"));
  EXPECT_THAT(output.substr(output.find("login: \n") + 8), Not(HasSubstr("login")));
}

TEST_F(LineEditing, BreaksAnUnfinishedLineThatIsLongerThanARow) {
  editor_->take_output();
  for (int i = 0; i < 1000; ++i) editor_->print(std::string(100, 'x'));
  const std::string output = editor_->take_output();
  EXPECT_THAT(output, HasSubstr(std::string(79, 'x') + "\n"));
  EXPECT_THAT(output, Not(HasSubstr(std::string(80, 'x'))));
}

TEST_F(LineEditing, GivesTheTerminalBackUntilItIsEnteredAgain) {
  termios now{};
  ::tcgetattr(program_.get(), &now);
  EXPECT_EQ(now.c_lflag & (ICANON | ECHO), 0U);
  EXPECT_NE(now.c_lflag & ISIG, 0U);
  enter("half");
  editor_->leave();
  ::tcgetattr(program_.get(), &now);
  EXPECT_NE(now.c_lflag & ICANON, 0U);
  editor_->enter();
  ::tcgetattr(program_.get(), &now);
  EXPECT_EQ(now.c_lflag & ICANON, 0U);
  EXPECT_THAT(enter("way\r"), ElementsAre("halfway"));
}

}  // namespace
}  // namespace client::manual
