// One word of a POSIX shell. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace mdh {

// shell_quoted() is one word that means exactly these bytes, to sh (POSIX 2.2) and to Python's
// shlex.split(), by which botocore reads a credential_process.
std::string shell_quoted(std::string_view text);

}  // namespace mdh
