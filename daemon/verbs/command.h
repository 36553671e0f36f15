// What a command line asks for: one verb and its options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/timestamp.h"
#include "daemon/config/load_config.h"

namespace mdh {

struct Command {
  enum class Verb { serve, once, check, status, wait, refresh, process, env, exec, rotate_token };

}  // namespace mdh
