// Goal: no text crashes the configuration's reader; what it accepts holds its own promises.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/config/from_json.h"
#include "common/config/rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto config = mdh::parse_config(text, "config.json");
  if (!config) {
    if (config.error().message.empty()) std::abort();
    return 0;
  }
  if (config->accounts.empty() || config->endpoint.imds_profile.empty()) std::abort();
  for (const auto& account : config->accounts) {
    if (account.projects.empty() || account.audience.empty()) std::abort();
    for (const auto& project : account.projects) {
      if (!mdh::is_profile(project.profile)) std::abort();
    }
  }
  return 0;
}
