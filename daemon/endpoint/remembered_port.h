// The port that a daemon found for itself, in the state folder, so that later starts keep it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/result.h"

namespace mdh {

// remembered_port() is nothing where none is remembered.
std::optional<std::uint16_t> remembered_port(const std::string& state_dir);
// remember_port() writes it down where it is not remembered already.
Done remember_port(const std::string& state_dir, std::uint16_t port);

}  // namespace mdh
