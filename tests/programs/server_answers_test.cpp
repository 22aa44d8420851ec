// What echo_server answers: both framings, however a stream comes.

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/programs/echo_server.h"
#include "tests/support/coroutines.h"
#include "tests/support/reference_answer.h"
#include "tests/support/socket.h"

namespace programs {
namespace {

using namespace std::string_literals;
using support::line_answer;
using support::ServerProcess;
using support::Socket;

class ServerAnswers : public EchoServer {};
INSTANTIATE_TEST_SUITE_P(, ServerAnswers, both_backends(), name_of_backend);

/// Lines that end in CRLF and LF, an empty one, and bytes that are no text.
const std::string kLines = "a\r\n\n\0\xff\n"s;

/// Sends each part at once; TCP makes a segment of it.
Socket connect(const std::string& url) { return Socket::connect(url, {.no_delay = url.starts_with("tcp") ? 1 : 0}); }

/// All ways to cut `text` into parts, of which none is empty.
std::vector<std::vector<std::string>> all_cuts(const std::string& text) {
  std::vector<std::vector<std::string>> all;
  for (unsigned cuts = 0; cuts < 1U << (text.size() - 1); ++cuts) {
    std::vector<std::string>& parts = all.emplace_back(1);
    for (size_t i = 0; i < text.size(); ++i) {
      parts.back() += text[i];
      if ((cuts >> i & 1U) != 0) parts.emplace_back();
    }
  }
  return all;
}

/// What is answered to a stream whose parts are sent one after the other.
std::string answer_to(const std::string& url, const std::vector<std::string>& parts) {
  Socket client = connect(url);
  for (const std::string& part : parts) client.send_all(part);
  client.shutdown_send();
  return client.receive_until_eof();
}

TEST_P(ServerAnswers, AStreamAlikeHoweverItIsCut) {
  ServerProcess server = serve_both();
  for (const std::string& url : server.urls()) {
    for (const std::vector<std::string>& parts : all_cuts(kLines)) {
      EXPECT_EQ(answer_to(url, parts), line_answer("GOT:", kLines)) << url << ", in " << parts.size() << " parts";
    }
  }
}

TEST_P(ServerAnswers, EachPartOfALineBeforeTheNextHasCome) {
  ServerProcess server = serve_both();
  for (const std::string& url : server.urls()) {
    for (const std::vector<std::string>& parts : all_cuts(kLines)) {
      Socket client = connect(url);
      std::string said;
      for (const std::string& part : parts) {
        const size_t answered = line_answer("GOT:", said).size();
        said += part;
        client.send_all(part);
        const std::string due = line_answer("GOT:", said).substr(answered);
        ASSERT_EQ(client.receive_exactly(due.size()), due) << url << ", in " << parts.size() << " parts";
      }
    }
  }
}

TEST_P(ServerAnswers, ManyLinesThatComeTogetherOneByOne) {
  ServerProcess server = serve_both();
  std::string lines;
  for (size_t i = 0; lines.size() < 60'000; ++i) lines += std::string(i % 50, 'x') + "\n";
  for (const std::string& url : server.urls()) {
    EXPECT_TRUE(answer_to(url, {lines}) == line_answer("GOT:", lines)) << url;
    EXPECT_EQ(answer_to(url, {"no end"}), "GOT:no end");
    EXPECT_EQ(answer_to(url, {}), "") << "nothing to nothing";
  }
}

TEST_P(ServerAnswers, WhatEachReceiveReturnedInFramingChunk) {
  ServerProcess server = serve_both({"--framing", "chunk"});
  for (const std::string& url : server.urls()) {
    for (const std::vector<std::string>& parts : all_cuts(kLines)) {
      Socket client = connect(url);
      for (const std::string& part : parts) {
        client.send_all(part);
        ASSERT_EQ(client.receive_exactly(part.size() + 4), "GOT:" + part) << url;
      }
    }
  }
}

TEST_P(ServerAnswers, NoMoreThanAThousandBytesAsAChunk) {
  ServerProcess server = serve_both({"--framing", "chunk"});
  const std::string said = support::patterned(100'000);
  ASSERT_FALSE(said.contains("GOT:"));
  for (const std::string& url : server.urls()) {
    for (const size_t part : {said.size(), size_t{1500}, size_t{999}}) {
      std::vector<std::string> parts;
      for (size_t at = 0; at < said.size(); at += part) parts.push_back(said.substr(at, part));
      const std::string answer = answer_to(url, parts);
      EXPECT_TRUE(support::without_prefixes("GOT:", answer) == said) << url << ", in parts of " << part;
      EXPECT_LE(support::longest_unit("GOT:", answer), 1000U) << url << ", in parts of " << part;
    }
  }
}

TEST_P(ServerAnswers, AndEndsWhereDataAndTheEndComeAtOnce) {
  ServerProcess server = serve_both({"--framing", "chunk"});
  const std::string said = support::patterned(100'000);
  for (const std::string& url : server.urls()) {
    // Several at once, so that the server finds both when it comes to each of them.
    std::vector<std::jthread> peers;
    for (int peer = 0; peer < 4; ++peer) {
      peers.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          EXPECT_TRUE(support::without_prefixes("GOT:", answer_to(url, {said})) == said) << url;
        }
      });
    }
  }
}

TEST_P(ServerAnswers, WithWhatCameWhenThePrefixIsEmpty) {
  const std::string said = support::patterned(100'000);
  for (const char* framing : {"line", "chunk"}) {
    ServerProcess server = serve_both({"--framing", framing, "--prefix", ""});
    for (const std::string& url : server.urls()) {
      EXPECT_TRUE(answer_to(url, {said}) == said) << url << " in framing " << framing;
      for (const std::vector<std::string>& parts : all_cuts(kLines)) {
        ASSERT_EQ(answer_to(url, parts), kLines) << url << " in framing " << framing;
      }
    }
  }
}

}  // namespace
}  // namespace programs
