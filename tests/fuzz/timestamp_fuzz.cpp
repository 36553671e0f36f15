// Goal: no text crashes the readers of dates; what they accept, written again, reads the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/timestamp.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto time = mdh::parse_rfc3339(text)) {
    const auto whole = std::chrono::floor<mdh::seconds>(*time);
    const auto again = mdh::parse_rfc3339(mdh::format_rfc3339(*time));
    const bool year_fits = whole >= mdh::WallTime(mdh::seconds(-62135596800)) &&
                           whole < mdh::WallTime(mdh::seconds(253402300800));
    if (year_fits && (!again || *again != whole)) std::abort();
  }
  if (const auto time = mdh::parse_http_date(text)) {
    if (*time != std::chrono::floor<mdh::seconds>(*time)) std::abort();
  }
  return 0;
}
