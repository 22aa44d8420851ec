// The echo of lines as one writes it with Asio: a coroutine a connection, on one thread.
//
//   asio ADDRESS       a port of 127.0.0.1, or the path of a Unix socket

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <asio.hpp>

namespace {

using asio::awaitable;
using asio::use_awaitable;

constexpr std::size_t kReceive = 64UL * 1024;

void append_answer(std::string_view chunk, bool& at_line_start, std::string& out) {
  while (!chunk.empty()) {
    if (at_line_start) out += "GOT:";
    const std::size_t newline = chunk.find('\n');
    at_line_start = newline != std::string_view::npos;
    const std::size_t line = at_line_start ? newline + 1 : chunk.size();
    out += chunk.substr(0, line);
    chunk.remove_prefix(line);
  }
}

template <typename Socket>
awaitable<void> serve(Socket socket) {
  std::string received(kReceive, '\0');
  std::string answer;
  bool at_line_start = true;
  for (std::error_code error;;) {
    const std::size_t size =
        co_await socket.async_read_some(asio::buffer(received), redirect_error(use_awaitable, error));
    if (error) co_return;
    answer.clear();
    append_answer(std::string_view(received).substr(0, size), at_line_start, answer);
    co_await async_write(socket, asio::buffer(answer), redirect_error(use_awaitable, error));
    if (error) co_return;
  }
}

template <typename Protocol>
awaitable<void> accept(typename Protocol::endpoint at) {
  const auto executor = co_await asio::this_coro::executor;
  typename Protocol::acceptor acceptor(executor, at);
  acceptor.listen(4096);
  std::puts("READY");
  std::fflush(stdout);
  for (;;) {
    typename Protocol::socket socket = co_await acceptor.async_accept(use_awaitable);
    if constexpr (std::is_same_v<Protocol, asio::ip::tcp>) socket.set_option(asio::ip::tcp::no_delay(true));
    co_spawn(executor, serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) return 2;
  asio::io_context context(1);
  const std::string address = arguments[1];
  if (address.contains('/')) {
    co_spawn(context, accept<asio::local::stream_protocol>(address), asio::detached);
  } else {
    const auto port = static_cast<asio::ip::port_type>(std::stoi(address));
    co_spawn(context, accept<asio::ip::tcp>({asio::ip::address_v4::loopback(), port}), asio::detached);
  }
  context.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
