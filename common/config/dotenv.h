// The .env file's format, as python-dotenv reads it: `export`, quoted keys, single and double
// quotes over several lines, escapes, comments, references, Unicode's blanks. A line that
// python-dotenv cannot read is skipped, as there, and told. Pure; values are Secrets since one of
// them is a private key.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/secret.h"

namespace mdh {

// Variables is names with their values; of a name given twice the last counts.
using Variables = std::map<std::string, Secret, std::less<>>;

// Dotenv is what a .env file says. A name without `=` has no value, and takes that of an assignment
// above it away.
struct Dotenv {
  struct Skipped {
    std::size_t line = 0;
    std::string why;  // completes "line 3 "
  };
  Variables values;
  std::map<std::string, std::size_t, std::less<>> lines;  // where each value begins, from 1
  std::set<std::string, std::less<>> cut_off;  // not in quotes, and the next line goes on with it
  std::vector<Skipped> skipped;
};

// parse_dotenv() reads `text`. ${NAME} is looked up among the assignments above it, then in
// `environment`, else it is its default or nothing. An Error (class config) names `file` where the
// text is UTF-16, which python-dotenv cannot read either.
Result<Dotenv> parse_dotenv(std::string_view text, std::string_view file,
                            const Variables& environment);

}  // namespace mdh
