// Freed C++ memory is overwritten in the whole program (operator delete): the copies that parsers,
// strings and containers leave behind cannot be reached one by one, and a token among them would
// outlive its Secret. In force by being linked. For C libraries that take an allocator (OpenSSL,
// libcurl) the same as functions.
#pragma once

#include <cstddef>

namespace mdh {

// kHeapIsWiped is false only under sanitizers, which bring their own heap.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kHeapIsWiped = false;
#else
inline constexpr bool kHeapIsWiped = true;
#endif

// wiping_free() and wiping_realloc() are free(3) and realloc(3), but leave no byte behind.
void wiping_free(void* memory);
void* wiping_realloc(void* memory, std::size_t size);

}  // namespace mdh
