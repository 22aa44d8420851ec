// Preloaded into a server (LD_PRELOAD): counts what it allocates. The count is in a file, ALLOCATIONS_FILE, that is
// mapped, so that it can be read while the server runs: eight bytes, of the machine's order.

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// The allocator's own functions, which those that are counted lead to.
void* libc_malloc(size_t size) __asm__("__libc_malloc");
void* libc_calloc(size_t number, size_t size) __asm__("__libc_calloc");
void* libc_realloc(void* block, size_t size) __asm__("__libc_realloc");
void* libc_memalign(size_t alignment, size_t size) __asm__("__libc_memalign");

static _Atomic uint64_t before_it_is_mapped;
static _Atomic uint64_t* count = &before_it_is_mapped;

__attribute__((constructor)) static void map_count(void) {
  const char* path = getenv("ALLOCATIONS_FILE");
  const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof *count) != 0) return;
  void* mapped = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) count = mapped;
  close(fd);
}

static void count_one(void) { atomic_fetch_add_explicit(count, 1, memory_order_relaxed); }

void* malloc(size_t size) {
  count_one();
  return libc_malloc(size);
}

void* calloc(size_t number, size_t size) {
  count_one();
  return libc_calloc(number, size);
}

void* realloc(void* block, size_t size) {
  count_one();
  return libc_realloc(block, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  count_one();
  return libc_memalign(alignment, size);
}

int posix_memalign(void** block, size_t alignment, size_t size) {
  *block = aligned_alloc(alignment, size);
  return *block == NULL ? ENOMEM : 0;
}
