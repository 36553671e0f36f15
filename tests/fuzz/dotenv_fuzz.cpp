// Goal: no text crashes the .env reader; every name it gives is one, and an error has its line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/config/dotenv.h"
#include "common/config/from_notebook.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)mdh::dotenv_references(text);
  const auto values = mdh::parse_dotenv(text, ".env", {});
  if (!values) {
    if (values.error().message.find(".env") == std::string::npos) std::abort();
    return 0;
  }
  for (const auto& [name, value] : *values) {
    if (name.empty()) std::abort();
  }
  (void)mdh::config_from_environment(*values, ".env").ok();
  return 0;
}
