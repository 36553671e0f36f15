// The .env file's format, as python-dotenv reads it: `export`, quoted keys, single and double
// quotes over several lines, escapes, comments, ${NAME} and ${NAME:-default}. Where python-dotenv
// skips a line it cannot read, this is an Error. Pure; values are Secrets since one of them is a
// private key.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/secret.h"

namespace mdh {

// Variables is names with their values; of a name given twice the last counts.
using Variables = std::map<std::string, Secret, std::less<>>;

// parse_dotenv() is the assignments of `text`. ${NAME} is looked up among the assignments above it,
// then in `environment`, else it is its default or nothing; a name without `=` is left out. An
// Error (class config) says `file`, the line and what is wrong with it, never the value.
Result<Variables> parse_dotenv(std::string_view text, std::string_view file,
                               const Variables& environment);
// dotenv_references() is every NAME that ${NAME} asks for anywhere in `text`, so that the caller
// can look those up and no others.
std::vector<std::string> dotenv_references(std::string_view text);

}  // namespace mdh
