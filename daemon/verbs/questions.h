// Questions to the person at the terminal, one at a time: asked on stderr, answered on stdin. What
// is no answer is said at once and asked again. One thread at a time; blocks.
#pragma once

#include <functional>
#include <string>

#include "common/result.h"

namespace mdh {

struct Question {
  std::string text;       // what is asked for, and what it looks like
  std::string otherwise;  // what Enter means; empty: there has to be an answer
  std::function<Done(const std::string& answer)> check;
};

// can_ask() tells whether stdin is a terminal.
bool can_ask();
// ask() is the first answer that the check takes; an Error (class config) at the end of the input.
Result<std::string> ask(const Question& question);
// agreed() asks for a yes; anything but "y" or "yes" is a no.
bool agreed(const std::string& text);

}  // namespace mdh
