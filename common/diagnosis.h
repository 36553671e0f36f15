// Findings of `check` and their cures, as values: facts in, findings out.
#pragma once

#include <string>
#include <vector>

#include "common/error.h"

namespace mdh {

struct Finding {
  enum class Level { ok, warning, error };
  Level level = Level::ok;
  std::string text;    // one line: what, where
  std::string hint{};  // one line: what to do
};

}  // namespace mdh
