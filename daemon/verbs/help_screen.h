// How the help of the program and of its verbs looks, for CLI11. Included by verbs/options alone.
#pragma once

#include <memory>

namespace CLI {
class Formatter;
}

namespace mdh {

// help_screen() lays it out: the sentence, how to call it, the options, the exit statuses.
std::shared_ptr<CLI::Formatter> help_screen();

}  // namespace mdh
