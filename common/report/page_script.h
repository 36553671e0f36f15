// The status page's script: ticking countdowns, news from /status every few seconds, copy buttons.
// The page says everything without it. Its bytes are hashed into the Content-Security-Policy.
#pragma once

#include <string_view>

namespace mdh {

extern const std::string_view kPageScript;

}  // namespace mdh
