// Goal: whatever upstream answers to either request, no crash, and no credentials that are empty or
// already past. The first byte picks the request, the second the status.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/upstream/credential_exchange.h"
#include "common/upstream/token_exchange.h"

namespace {

using namespace mdh;

constexpr std::array<int, 8> kStatuses{200, 400, 401, 403, 404, 429, 500, 302};
const Now kNow{BootTime(milliseconds(1'000'000)), WallTime(milliseconds(1'800'000'000'000))};

UpstreamReply reply_of(int status, std::string_view text) {
  UpstreamReply reply;
  reply.status = status;
  const std::size_t line = text.find('\n');
  if (line != text.npos) {
    reply.headers.push_back({"Date", std::string(text.substr(0, line))});
    reply.headers.push_back({"Retry-After", std::string(text.substr(0, line))});
    text.remove_prefix(line + 1);
  }
  reply.body = Secret(text);
  return reply;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  UpstreamReply reply = reply_of(kStatuses[bytes[1] % kStatuses.size()], text);
  const RoundTrip clocks{kNow, kNow};
  if (bytes[0] % 2 == 0) {
    const auto token = read_token(AccountConfig{}, std::move(reply), clocks);
    if (token && token->value.empty()) std::abort();
    return 0;
  }
  const auto set = read_credentials(ProjectConfig{}, std::move(reply), clocks);
  if (!set) return 0;
  const bool empty =
      set->access_key_id.empty() || set->secret_access_key.empty() || set->session_token.empty();
  if (empty) std::abort();
  return 0;
}
