// What is said to a command line that cannot be read: what is wrong with it, and the nearest word
// that there is.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace mdh {

// refuse() prints that and returns the exit status of a usage error.
int refuse(const std::string& message, const CLI::App& app);
int refuse(const CLI::ParseError& error, const CLI::App& app);
// refuse_word() is the same for a word that nothing in the table takes.
int refuse_word(const std::string& word, const CLI::App& app);

}  // namespace mdh
