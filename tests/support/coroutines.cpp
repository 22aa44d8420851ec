#include "tests/support/coroutines.h"

#include <algorithm>
#include <cstdint>

#include "scheduler/sleep.h"

namespace support {

using sched::Result;
using sched::Stream;
using sched::Task;

std::string text_of(sched::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string patterned(std::size_t size, unsigned seed) {
  std::string text(size, '\0');
  std::uint32_t state = seed * 2'654'435'761U + 1;
  for (char& byte : text) {
    state = state * 1'664'525U + 1'013'904'223U;
    byte = static_cast<char>(state >> 24);
  }
  return text;
}

Task<Result<std::string>> receive_text(Stream& stream) {
  const Result<sched::Lease> lease = co_await stream.receive();
  if (!lease) co_return std::unexpected(lease.error());
  co_return text_of(lease->bytes());
}

Task<std::string> receive_exactly(Stream& stream, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    const Result<std::string> received = co_await receive_text(stream);
    if (!received) break;
    text += *received;
  }
  co_return text;
}

Task<Everything> receive_everything(Stream& stream) {
  Everything everything;
  for (;;) {
    const Result<std::string> received = co_await receive_text(stream);
    if (!received) {
      everything.end = error_of(received);
      co_return everything;
    }
    everything.text += *received;
  }
}

Task<Result<void>> send_text(Stream& stream, std::string text) {
  const Result<void> sent = co_await stream.send(bytes_of(text));
  if (!sent) co_return sent;
  co_return co_await stream.flush();
}

Task<Result<void>> echo(Stream stream) {
  for (;;) {
    Result<sched::Lease> received = co_await stream.receive();
    if (!received && received.error().code != sched::ErrorCode::end_of_stream) {
      co_return std::unexpected(received.error());
    }
    if (!received) break;
    const Result<void> sent = co_await stream.send(std::move(*received));
    if (!sent) co_return sent;
  }
  const Result<void> flushed = co_await stream.flush();
  if (!flushed) co_return flushed;
  co_return stream.shutdown_send();
}

Task<Pair> connect_pair(sched::Listener& listener, sched::StreamOptions client_options) {
  const sched::Address address = must(listener.local_address());
  Result<Stream> client = co_await sched::connect(address, client_options);
  Stream connected = must(std::move(client));
  Result<sched::Accepted> accepted = co_await listener.accept();
  co_return Pair{std::move(connected), must(std::move(accepted)).stream};
}

}  // namespace support
