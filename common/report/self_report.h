// GET /check: what only the running daemon can know of itself, beside its status: whether its keys
// sign, and which files are its own. As value and as text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/report/facts.h"

namespace mdh {

struct SelfReport {
  std::optional<std::vector<KeyFact>> keys;  // nothing: they are being examined
  std::string config_file;  // the configuration's, absolute; empty: it came by the environment
  bool env_file = false;    // it is a .env
  bool writes_file = false;
  bool process_form = false;
  std::string credentials_file;
  std::string aws_config_file;
  std::string ca_file;
};

// check_document() is the status document (status_json()'s) with the report in it.
std::string check_document(std::string status, const SelfReport& report);
// read_self_report() is the report in such a document, or nothing.
std::optional<SelfReport> read_self_report(std::string_view text);

}  // namespace mdh
