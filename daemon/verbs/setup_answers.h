// What `setup` has to know before it can say what it will do: out of options, the notebook's .env
// or environment, and for the rest the person at the terminal. Every answer is checked as it is
// given. Reads files, environment and terminal; asks agents; writes nothing.
#pragma once

#include <memory>
#include <string>

#include "common/config/config.h"
#include "common/result.h"
#include "common/secret.h"
#include "daemon/verbs/command.h"

namespace mdh {

struct SetupAnswers {
  std::string origin;  // "/home/me/.env", "your answers"
  Config config;       // one account with one project; its key can sign, wherever it is now
  std::shared_ptr<const Secret> key_text{};  // to go into a file of its own; null: stays there
};

// gather_answers() is those; an Error (class config) names the answer that is missing or no good.
Result<SetupAnswers> gather_answers(const Command& command);

}  // namespace mdh
