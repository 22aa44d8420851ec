#include "scheduler/frame_pool.h"

#include <array>
#include <cstdint>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GOTBACK_FRAMES_FROM_MALLOC 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define GOTBACK_FRAMES_FROM_MALLOC 1
#endif

namespace sched::frame_pool {

namespace {

/// The sizes are those of malloc's blocks, multiples of 16 of which it keeps 8 bytes for itself, so that no piece is
/// rounded up twice.
constexpr std::size_t kGranularity = 16;
constexpr std::size_t kBeyond = 8;
constexpr std::size_t kClasses = 128;
/// Of each size. They are spread over the heap, and a page with one of them is not given back.
constexpr std::uint32_t kMaxKept = 128;

struct FreePiece {
  FreePiece* next;
};

struct FreeList {
  FreePiece* first = nullptr;
  std::uint32_t kept = 0;
};

/// One thread's lists; what they keep is freed when the thread ends.
struct FreeLists {
  std::array<FreeList, kClasses> of;

  FreeLists() = default;
  FreeLists(const FreeLists&) = delete;
  FreeLists& operator=(const FreeLists&) = delete;
  ~FreeLists() {
    for (FreeList& list : of) {
      while (FreePiece* piece = list.first) {
        list.first = piece->next;
        ::operator delete(piece);
      }
    }
  }
};

thread_local FreeLists free_lists;

constexpr std::size_t class_of(std::size_t size) { return (size + kGranularity - 1 - kBeyond) / kGranularity; }
constexpr std::size_t size_of(std::size_t size_class) { return size_class * kGranularity + kBeyond; }

#ifdef GOTBACK_FRAMES_FROM_MALLOC
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif

}  // namespace

void* allocate(std::size_t size) {
  const std::size_t size_class = class_of(size);
  if (!kPooled || size_class >= kClasses) return ::operator new(size);
  FreeList& list = free_lists.of[size_class];
  FreePiece* piece = list.first;
  if (piece == nullptr) return ::operator new(size_of(size_class));
  list.first = piece->next;
  --list.kept;
  return piece;
}

void release(void* memory, std::size_t size) noexcept {
  const std::size_t size_class = class_of(size);
  if (!kPooled || size_class >= kClasses || free_lists.of[size_class].kept >= kMaxKept) {
    ::operator delete(memory);
    return;
  }
  FreeList& list = free_lists.of[size_class];
  list.first = new (memory) FreePiece{list.first};
  ++list.kept;
}

}  // namespace sched::frame_pool
