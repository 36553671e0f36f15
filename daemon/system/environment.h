// The process environment and the user's home, read in one place. Reads only; call before threads
// start.
#pragma once

#include <optional>
#include <string>

namespace mdh {

// environment_variable() is the value, or nothing when it is unset or empty.
std::optional<std::string> environment_variable(const char* name);
// base_folder() is a variable of the XDG Base Directory Specification, which ignores what is not
// absolute.
std::optional<std::string> base_folder(const char* name);
// home_folder() is $HOME, else the passwd entry's; empty when there is none.
std::string home_folder();
// own_program() is this program's absolute path, also where the file was replaced since;
// "mdh-credentials" where the system does not tell.
std::string own_program();
// python_expanded() is os.path.expanduser(os.path.expandvars(path)), which botocore makes of
// AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE: $NAME, ${NAME}, ~ and ~user; what is not known
// stays.
std::string python_expanded(const std::string& path);
// expanded() replaces a leading ~/ by the home folder and makes a relative path absolute.
std::string expanded(const std::string& path);

}  // namespace mdh
