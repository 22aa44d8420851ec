#include "tests/support/process_status.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

#include "scheduler/descriptor.h"
#include "tests/support/patience.h"
#include "tests/support/temporary_directory.h"

namespace support {
namespace {

constexpr size_t kKibibyte = 1024;

std::string read_of(pid_t pid, const std::string& name) {
  return read_file("/proc/" + std::to_string(pid) + "/" + name);
}

// The word that stands behind `key`.
std::string value_of(const std::string& text, const std::string& key) {
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    if (word == key && words >> word) return word;
  }
  throw std::runtime_error("there is no '" + key + "' in:\n" + text);
}

}  // namespace

bool is_asleep(pid_t pid) {
  const std::string stat = read_of(pid, "stat");
  // Behind the name, which may itself have parentheses.
  return stat.substr(stat.rfind(')') + 1).starts_with(" S");
}

bool ends(pid_t pid) {
  // By its number: glibc 2.36 declares pidfd_open without C linkage.
  const sched::Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd ended{process.get(), POLLIN, 0};
  constexpr std::chrono::milliseconds kLimit = kPatience;
  return !process || ::poll(&ended, 1, static_cast<int>(kLimit.count())) == 1;
}

bool blocks_signal(pid_t pid, int signal) {
  constexpr int kHexadecimal = 16;
  const unsigned long mask = std::stoul(value_of(read_of(pid, "status"), "SigBlk:"), nullptr, kHexadecimal);
  return (mask >> (signal - 1) & 1U) != 0;
}

size_t peak_memory(pid_t pid) { return std::stoul(value_of(read_of(pid, "status"), "VmHWM:")) * kKibibyte; }

size_t resident_memory(pid_t pid) { return std::stoul(value_of(read_of(pid, "status"), "VmRSS:")) * kKibibyte; }

size_t mapped_memory(pid_t pid) { return std::stoul(value_of(read_of(pid, "status"), "VmSize:")) * kKibibyte; }

size_t open_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

size_t times_asleep(pid_t pid) {
  size_t times = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    times += std::stoul(value_of(read_file(thread.path() / "status"), "voluntary_ctxt_switches:"));
  }
  return times;
}

std::chrono::milliseconds cpu_time(pid_t pid) {
  // The 14th and 15th word; the name, which is the second, may have blanks and parentheses.
  const std::string stat = read_of(pid, "stat");
  std::istringstream words(stat.substr(stat.rfind(')') + 1));
  std::string word;
  for (int skipped = 3; skipped < 14; ++skipped) words >> word;
  unsigned long user = 0;
  unsigned long system = 0;
  words >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / static_cast<unsigned long>(::sysconf(_SC_CLK_TCK)));
}

unsigned open_flags(pid_t pid, int fd) {
  constexpr int kOctal = 8;
  const std::string flags = value_of(read_of(pid, "fdinfo/" + std::to_string(fd)), "flags:");
  return static_cast<unsigned>(std::stoul(flags, nullptr, kOctal));
}

}  // namespace support
