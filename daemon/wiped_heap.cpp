#include "daemon/wiped_heap.h"

#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// NOLINTBEGIN(cert-dcl54-cpp,misc-new-delete-overloads): the usual operator new, which is malloc,
// stays.
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
// NOLINTEND(cert-dcl54-cpp,misc-new-delete-overloads)

#endif
