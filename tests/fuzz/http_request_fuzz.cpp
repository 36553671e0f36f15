// Goal: whatever bytes come, a request is refused or means one thing, and nothing but the
// endpoint's token opens the credentials. Head, guard and endpoint, as the daemon joins them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/endpoint/answer.h"
#include "common/endpoint/guard.h"

namespace {

using namespace mdh;

constexpr std::string_view kToken = "0123456789abcdefghijklmnopqrstuvwxyz";
const Now kNow{BootTime(milliseconds(1'000'000)), WallTime(milliseconds(1'800'000'000'000))};

struct World {
  World() {
    tokens.current = Secret(kToken);
    rules.access.profiles = {{"a", {false, {1000}, {}}}};
    config.imds_profile = "a";
    state.accounts.push_back({"lab", {}});
    state.profiles.resize(1);
    state.profiles[0].name = "a";
    state.profiles[0].region = "us-east-1";
    auto set = std::make_shared<Credentials>();
    set->access_key_id = "ASIAEXAMPLE";
    set->secret_access_key = Secret("SECRETEXAMPLE");
    set->session_token = Secret("token");
    set->expiration = kNow.wall + seconds(3600);
    state.profiles[0].credentials = set;
    state.profiles[0].life = lasting(kNow, seconds(3600));
  }
  TokenRing tokens;
  GuardRules rules;
  EndpointConfig config;
  State state;
  PageContext page;
  DaemonFacts daemon;
  std::function<MetricsFigures()> figures = [] { return MetricsFigures(); };
  Endpoint endpoint;
};

void check(std::string_view bytes, World& world) {
  RequestHead head;
  const std::size_t end = find_head_end(bytes);
  if (end == 0 || read_head(bytes.substr(0, end), head)) return;
  const Target target = meant(find_target(head.path, true), head, world.rules.access);
  const Peer peer{1000, 6340};
  if (guard({head, target}, peer, world.rules, {world.tokens, kNow.wall})) return;
  const Outcome outcome = world.endpoint.answer(
      {head, target, peer, true}, {world.state, world.config, world.rules.access, world.tokens,
                                   world.page, world.daemon, world.figures, kNow, 1});
  const auto* reply = std::get_if<Reply>(&outcome);
  if (reply == nullptr) return;
  std::string out;
  append_reply(*reply, {head.close, head.method == "HEAD"}, out);
  const bool secret = out.find("SECRETEXAMPLE") != out.npos;
  const auto offered = head.header("authorization").value_or("");
  if (secret && offered.find(kToken) == offered.npos) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static World world;
  check({reinterpret_cast<const char*>(bytes), size}, world);
  return 0;
}
