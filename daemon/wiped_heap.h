// Freed C++ memory is overwritten in the whole program (operator delete): the copies that parsers,
// strings and containers leave behind cannot be reached one by one, and a token among them would
// outlive its Secret. In force by being linked; nothing is to be called.
#pragma once

namespace mdh {

// kHeapIsWiped is false only under sanitizers, which bring their own heap.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kHeapIsWiped = false;
#else
inline constexpr bool kHeapIsWiped = true;
#endif

}  // namespace mdh
