// Goal: no text crashes the .env reader; every name it gives is one and has its line, as has every
// line that it skips.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/config/dotenv.h"
#include "common/config/dotenv_value.h"
#include "common/config/from_notebook.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)mdh::dotenv_references(text);
  auto dotenv = mdh::parse_dotenv(text, ".env", {});
  if (!dotenv) {
    if (dotenv.error().message.find(".env") == std::string::npos) std::abort();
    return 0;
  }
  for (const auto& [name, value] : dotenv->values) {
    if (name.empty() || !dotenv->lines.contains(name)) std::abort();
  }
  for (const auto& [line, why] : dotenv->skipped) {
    if (line == 0 || why.empty()) std::abort();
  }
  (void)mdh::config_from_dotenv(std::move(*dotenv), ".env", {}).ok();
  return 0;
}
