// What may come next on a command line, out of the option parser's own table: for the completions
// of bash, zsh and fish, which know nothing themselves. Asks nobody.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mdh {

// What a shell is told instead of a word: that a file may stand there, a folder, a user's name, one
// of the profiles or accounts; kSuggestCommand is followed by the place of exec's command, from 0.
inline constexpr const char* kSuggestFile = ":file";
inline constexpr const char* kSuggestFolder = ":folder";
inline constexpr const char* kSuggestUser = ":user";
inline constexpr const char* kSuggestProfile = ":profile";
inline constexpr const char* kSuggestAccount = ":account";
inline constexpr const char* kSuggestCommand = ":command";

// suggestions() are the lines for the words behind the program's name, of which the last is being
// typed: a word that begins like it, a tabulator, and what it means; or one of those above.
std::vector<std::string> suggestions(const CLI::App& app, std::vector<std::string> words);

}  // namespace mdh
