#include "scheduler/backends/polled_stream.h"

#include <algorithm>
#include <array>

#include "scheduler/stream.h"

namespace sched {

namespace {

constexpr std::size_t kPartsAWrite = 16;

}  // namespace

void PolledStream::became_readable() {
  readable_ = true;
  if (receiver != nullptr) receiver->wake();
}

void PolledStream::became_writable() {
  writable_ = true;
  while (writable_ && !queue.empty()) {
    std::array<iovec, kPartsAWrite> parts;
    const Result<std::size_t> count = write(std::span(parts).first(queue.gather(parts)));
    if (count) on_sent(*count);
    if (!count) write_failed(count.error());
  }
  wake_writers();
}

void PolledStream::write_failed(const Error& error) {
  if (error.code == ErrorCode::would_block) {
    writable_ = false;
  } else {
    fail_sending(error.error_number);
  }
}

bool PolledStream::attempt(ReceiveOperation& operation, HeapBuffers& buffers) {
  const bool waits = operation.wait == ReceiveOperation::Wait::yes;
  if (!receive_state) {
    operation.result = std::unexpected(receive_state.error());
    return true;
  }
  if (!readable_ && waits) return false;
  Lease lease = buffers.lend(kLargestBuffer);
  if (!lease) {
    operation.result = failure(ErrorCode::out_of_memory, "receive");
    return true;
  }
  const Result<std::size_t> count = read(lease.tail_room().first(receive_limit));
  if (count) {
    lease.commit(*count);
    operation.result = std::move(lease);
    return true;
  }
  if (count.error().code == ErrorCode::would_block) {
    readable_ = false;
    if (!waits) operation.result = std::unexpected(count.error());
    return !waits;
  }
  end_receiving(count.error());
  operation.result = std::unexpected(receive_state.error());
  return true;
}

/// Gives the socket what it takes of the operation's bytes.
void PolledStream::write_now(SendOperation& operation) {
  while (writable_ && send_state) {
    std::array<iovec, 2> parts;
    std::size_t count = 0;
    const auto add = [&](Bytes bytes) {
      if (!bytes.empty()) parts[count++] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
    };
    if (operation.lease) add(operation.lease.bytes());
    for (const Bytes part : operation.parts) add(part);
    if (count == 0) return;
    const Result<std::size_t> taken = write(std::span(parts).first(count));
    if (taken) {
      sent += *taken;
      operation.take(*taken);
    } else {
      write_failed(taken.error());
    }
  }
}

bool PolledStream::attempt(SendOperation& operation, HeapBuffers& buffers) {
  if (queue.empty()) write_now(operation);
  if (send_state && !keep(operation, buffers)) return false;
  operation.result = send_state;
  return true;
}

}  // namespace sched
