#include "tests/support/exchange.h"

#include <functional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/listener.h"

namespace support {
namespace {

/// What an exchange of "abc" a hundred times says about a peer whose answer is what `answer` makes of all that came.
std::string difference(const std::function<std::string(std::string)>& answer) {
  Listener listener;
  Socket client = Socket::connect(listener.url());
  const std::jthread peer([&] {
    Socket accepted = listener.accept();
    accepted.send_all(answer(accepted.receive_until_eof()));
    accepted.shutdown_send();
    accepted.receive_until_eof();
  });
  const std::string wrong = exchange(client, Repeated("abc", 100), Repeated("abc", 100, "GOT:"));
  client.close();
  return wrong;
}

TEST(Exchange, IsContentWithTheAnswerAndItsEnd) {
  EXPECT_EQ(difference([](const std::string& said) { return "GOT:" + said; }), "");
}

TEST(Exchange, TellsWhatIsWrong) {
  EXPECT_EQ(difference([](const std::string& said) { return "GOT." + said; }), "it differs in the bytes from 0 of 304");
  EXPECT_EQ(difference([](const std::string& said) { return "GOT:" + said + "a"; }),
            "it differs in the bytes from 304 of 304");
  EXPECT_EQ(difference([](const std::string& said) { return "GOT:" + said.substr(1); }),
            "it differs in the bytes from 4 of 304");
  EXPECT_EQ(difference([](const std::string& said) { return said.substr(0, 0); }), "it ends at byte 0 of 304");
  EXPECT_EQ(difference([](const std::string& said) { return "GOT:" + said.substr(3); }), "it ends at byte 301 of 304");
}

TEST(Exchange, GoesOnWhenNeitherSideTakesMore) {
  Listener listener;
  Socket client = Socket::connect(listener.url());
  const std::jthread peer([&] {
    Socket accepted = listener.accept();
    for (std::string bytes = accepted.receive_some(); !bytes.empty(); bytes = accepted.receive_some()) {
      accepted.send_all(bytes);
    }
    accepted.shutdown_send();
  });
  const Repeated text(std::string(70'000, 'x') + "y", 100);
  EXPECT_EQ(exchange(client, text, text), "");
}

TEST(Repeated, IsItsTextOverAndOver) {
  const Repeated text("abc", 2, "before");
  EXPECT_EQ(text.size(), 12U);
  std::string whole;
  while (whole.size() < text.size()) whole += text.from(whole.size());
  EXPECT_EQ(whole, "beforeabcabc");
  EXPECT_EQ(text.from(5), "e");
  EXPECT_EQ(text.from(10), "bc");
}

}  // namespace
}  // namespace support
