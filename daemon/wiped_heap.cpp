// Freed C++ memory is overwritten in the whole program: the copies that parsers, strings and
// containers leave behind cannot be reached one by one, and a token among them would outlive its
// Secret. Sanitizers bring their own heap and do without.
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

#endif
