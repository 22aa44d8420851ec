#include "scheduler/backends/polled_stream.h"

namespace sched {

/// What is not taken yet of an operation without a lease, without empty parts. Returns how many parts there are.
std::size_t PolledStream::describe(const SendOperation& operation, std::array<iovec, 2>& parts) {
  std::size_t count = 0;
  for (const Bytes part : operation.parts) {
    if (!part.empty()) parts[count++] = {const_cast<std::byte*>(part.data()), part.size()};
  }
  return count;
}

/// Whether the operation is done, and with what.
bool PolledStream::read_failed(ReceiveOperation& operation, const Error& error) {
  const bool waits = operation.wait == ReceiveOperation::Wait::yes;
  if (error.code == ErrorCode::would_block) {
    readable_ = false;
    if (!waits) operation.result = std::unexpected(error);
    return !waits;
  }
  end_receiving(error);
  operation.result = std::unexpected(receive_state.error());
  return true;
}

void PolledStream::write_failed(const Error& error) {
  if (error.code == ErrorCode::would_block) {
    writable_ = false;
  } else {
    fail_sending(error.error_number);
  }
}

}  // namespace sched
