// The status page's style sheet: light and dark, phone to large screen, no external resource. Its
// bytes are hashed into the page's Content-Security-Policy.
#pragma once

#include <string_view>

namespace mdh {

extern const std::string_view kPageStyle;

}  // namespace mdh
