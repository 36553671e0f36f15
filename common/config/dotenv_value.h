// What stands right of the = in a .env file, decoded as python-dotenv does: escapes in quotes,
// comments behind what is not in quotes, ${NAME} and ${NAME:-default}. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/secret.h"

namespace mdh {

// unescaped() is what stood between two quotes, of which `quote` is the kind.
Secret unescaped(std::string_view raw, char quote);
// without_comment() is a value that is not in quotes, up to a # that follows a blank, without
// blanks at its end.
std::string_view without_comment(std::string_view raw);
// interpolated() puts in what each reference names: what `lookup` has, else its default, else
// nothing.
using Lookup = std::function<std::optional<std::string_view>(std::string_view name)>;
Secret interpolated(std::string_view raw, const Lookup& lookup);
// dotenv_references() is every NAME that ${NAME} asks for anywhere in `text`, so that the caller
// can look those up and no others.
std::vector<std::string> dotenv_references(std::string_view text);

}  // namespace mdh
