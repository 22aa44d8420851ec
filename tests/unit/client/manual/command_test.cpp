#include "client/manual/command.h"

#include <string>
#include <string_view>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::manual {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The command that `line` is understood as; the message of an error is the failure's text.
template <typename Kind>
Kind parsed(std::string_view line) {
  auto command = parse_command(line);
  if (!command) ADD_FAILURE() << command.error();
  return command && std::holds_alternative<Kind>(*command) ? std::get<Kind>(*std::move(command)) : Kind{};
}

template <typename Kind>
bool is(std::string_view line) {
  const auto command = parse_command(line);
  return command && std::holds_alternative<Kind>(*command);
}

std::string error_of(std::string_view line) {
  const auto command = parse_command(line);
  return command ? "none" : command.error();
}

TEST(Command, IsALineToBeSentUnlessItBeginsWithASlash) {
  EXPECT_EQ(parsed<SendLine>("Hello /quit").text, "Hello /quit");
  EXPECT_EQ(parsed<SendLine>(" /quit").text, " /quit");
  EXPECT_TRUE(is<SendLine>(""));
}

TEST(Command, IsALineThatBeginsWithASlashWhenThereAreTwo) {
  EXPECT_EQ(parsed<SendLine>("//quit").text, "/quit");
  EXPECT_EQ(parsed<SendLine>("//").text, "/");
  EXPECT_EQ(parsed<SendLine>("///").text, "//");
}

TEST(Command, TakesWhatFollowsItsName) {
  EXPECT_EQ(parsed<SendBytes>("/hex 48 69").bytes, "Hi");
  EXPECT_EQ(parsed<SendFile>("/file  a file ").path, "a file");
  EXPECT_THAT(parsed<Open>("/open localhost 25000").address, ElementsAre("localhost", "25000"));
  EXPECT_THAT(parsed<Open>("/open").address, IsEmpty());
}

TEST(Command, MayBeAWordAlone) {
  EXPECT_TRUE(is<Close>("/close"));
  EXPECT_TRUE(is<Reset>("/reset"));
  EXPECT_TRUE(is<Shutdown>("/shutdown "));
  EXPECT_TRUE(is<Stats>("/stats"));
  EXPECT_TRUE(is<Quit>("/quit"));
  EXPECT_TRUE(is<ListCommands>("/help"));
}

TEST(Command, TellsWhatIsWrongWithIt) {
  EXPECT_EQ(error_of("/hex 4"), "/hex: \"4\" is not a byte: write two hexadecimal digits for each; nothing was sent");
  EXPECT_EQ(error_of("/hex"), "/hex: which bytes? Write two hexadecimal digits for each; nothing was sent");
  EXPECT_EQ(error_of("/file"), "/file: which file?; nothing was sent");
  EXPECT_EQ(error_of("/quit now"), "/quit: \"now\" is too much: it takes nothing; nothing was sent");
}

TEST(Command, SuggestsTheOneThatWasProbablyMeant) {
  EXPECT_EQ(error_of("/stat"), "there is no command \"/stat\", did you mean \"stats\"? (/help lists them, // sends a "
                               "slash); nothing was sent");
  EXPECT_EQ(error_of("/etc/passwd"),
            "there is no command \"/etc/passwd\" (/help lists them, // sends a slash); " "nothing was sent");
  EXPECT_THAT(error_of("/\x1b[2J"), HasSubstr("\\x1b[2J"));
}

TEST(Command, IsListedWithWhatItTakes) {
  EXPECT_THAT(list_of_commands(), HasSubstr("  /open [ADDRESS]  connect again"));
  for (const char* name : {"hex", "file", "shutdown", "close", "reset", "open", "stats", "quit", "help"}) {
    EXPECT_THAT(list_of_commands(), HasSubstr(std::string("  /") + name + " "));
  }
}

}  // namespace
}  // namespace client::manual
