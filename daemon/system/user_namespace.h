// The user namespace of this process, as /proc tells (user_namespaces(7)).
#pragma once

#include <cstdint>
#include <optional>

namespace mdh {

// overflow_user() is the uid by which every user without a number in this namespace is shown, the
// machine's root above all; nothing where the namespace has a number for everybody.
std::optional<std::uint32_t> overflow_user();
// outer_user() is this process's uid one namespace further out; nothing where it is the same.
std::optional<std::uint32_t> outer_user();

}  // namespace mdh
