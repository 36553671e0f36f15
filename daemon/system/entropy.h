// Randomness from the kernel (getrandom). Thread-safe; aborts when the kernel gives none.
#pragma once

#include <string>

namespace mdh {

// random_bytes() is `count` bytes fit for keys and nonces.
std::string random_bytes(std::size_t count);
// random_uuid() is a version 4 UUID in lower case (RFC 9562), 122 random bits: the assertion's jti.
std::string random_uuid();

}  // namespace mdh
