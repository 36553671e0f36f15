#include "daemon/system/wiped_heap.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace mdh {

void wiping_free(void* memory) {
  if (memory != nullptr) explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

// Not realloc(), which would leave the old bytes behind when it moves them.
void* wiping_realloc(void* memory, std::size_t size) {
  if (memory == nullptr) return std::malloc(size);
  if (size == 0) {
    wiping_free(memory);
    return nullptr;
  }
  const std::size_t room = malloc_usable_size(memory);
  if (size <= room && size > room / 2) return memory;
  void* moved = std::malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, std::min(room, size));
  wiping_free(memory);
  return moved;
}

}  // namespace mdh

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// NOLINTBEGIN(cert-dcl54-cpp,misc-new-delete-overloads): the usual operator new, which is malloc,
// stays.
void operator delete(void* memory) noexcept {
  mdh::wiping_free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
// NOLINTEND(cert-dcl54-cpp,misc-new-delete-overloads)

#endif
