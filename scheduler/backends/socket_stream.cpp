#include "scheduler/backends/socket_stream.h"

#include <algorithm>
#include <cerrno>

#include "scheduler/stream.h"

namespace sched {

bool SocketStream::keep(SendOperation& operation, HeapBuffers& buffers) {
  if (operation.left() == 0) return true;
  if (unsent >= unsent_limit) return false;
  if (operation.lease) {
    unsent += operation.lease.size();
    queue.push(std::move(operation.lease));
    return true;
  }
  // A part is a view that copying shortens; it is looked at as it was.
  for (const Bytes part : operation.parts) {
    if (!copy(operation, part, buffers)) return false;
  }
  return true;
}

bool SocketStream::copy(SendOperation& operation, Bytes part, HeapBuffers& buffers) {
  while (!part.empty() && send_state) {
    const std::size_t room = unsent_limit - unsent;
    if (room == 0) return false;
    std::size_t copied = queue.fill_last(part.first(std::min(part.size(), room)));
    if (copied == 0) {
      Lease fresh = buffers.lend(std::min<std::size_t>(part.size(), kLargestBuffer));
      if (!fresh) {
        fail_sending(ENOMEM);
        break;
      }
      copied = std::min({part.size(), room, fresh.tail_room().size()});
      std::copy_n(part.begin(), copied, fresh.tail_room().begin());
      fresh.commit(copied);
      queue.push(std::move(fresh));
    }
    unsent += copied;
    operation.take(copied);
    part = part.subspan(copied);
  }
  return true;
}

void SocketStream::on_sent(std::size_t count) {
  queue.consume(count);
  sent += count;
  unsent -= count;
}

void SocketStream::end_receiving(const Error& error) {
  const auto is_reset = [](const Error& why) { return why.error_number == ECONNRESET; };
  const bool was_told = !send_state && is_reset(send_state.error());
  receive_state = was_told ? system_error("receive", ECONNRESET) : std::unexpected(error);
  if (!is_reset(error) || !send_state) return;
  fail_sending(ECONNRESET);
  wake_writers();
}

void SocketStream::fail_sending(int error_number) {
  send_state = system_error("send", error_number);
  queue.clear();
  unsent = 0;
}

void SocketStream::was_reset_while_connecting() {
  // The kernel has told of it, so that to receive it is an end like any other: see end_receiving().
  fail_sending(ECONNRESET);
}

void SocketStream::wake_writers() {
  if (sender != nullptr && (!send_state || unsent < unsent_limit)) sender->wake();
  if (flusher != nullptr && (!send_state || unsent <= flusher->at_most)) flusher->wake();
}

bool SocketStream::flushed(FlushOperation& operation) const {
  if (send_state && unsent > operation.at_most) return false;
  operation.result = send_state;
  return true;
}

}  // namespace sched
