#include "scheduler/backends/polled_stream.h"

namespace sched {

/// The bytes of the operation that are not taken yet, without empty parts. Returns how many parts there are.
std::size_t PolledStream::describe(const SendOperation& operation, std::array<iovec, 2>& parts) {
  std::size_t count = 0;
  const auto add = [&](Bytes bytes) {
    if (!bytes.empty()) parts[count++] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
  };
  if (operation.lease) {
    add(operation.lease.bytes());
  } else {
    for (const Bytes part : operation.parts) add(part);
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
