// Writes the status page, its policy, the status document or the metrics for one of several made-up
// states, so that a browser and promtool can be shown what the daemon would say.
#include <algorithm>
#include <cstdio>
#include <string>

#include "common/report/metrics.h"
#include "common/report/page.h"
#include "common/report/status.h"

namespace {

using namespace mdh;
using namespace std::chrono_literals;

const Now kNow{BootTime(400000s), WallTime(seconds(1795521180))};  // 2026-11-24T11:53:00Z

CredentialsPtr credentials(seconds left) {
  auto made = std::make_shared<Credentials>();
  made->access_key_id = "ASIAEXAMPLE";
  made->expiration = kNow.wall + left;
  made->received = kNow.wall + left - 3600s;
  return made;
}

ProfileState profile(const std::string& name, std::size_t account, seconds left) {
  ProfileState made;
  made.name = name;
  made.account = account;
  made.region = "us-east-1";
  made.attempted = true;
  made.credentials = credentials(left);
  made.life = lasting(kNow, left);
  made.refreshed_at = kNow.wall + left - 3600s;
  made.next_attempt_at = kNow.wall + left - 1860s;
  made.file = {"/home/ada/.aws/credentials", FileCondition::written, ""};
  for (seconds ago = 86000s; ago > 0s; ago -= 1790s) {
    made.attempts.push_back({kNow.wall - ago, std::nullopt});
  }
  made.outcomes["success"] = 49;
  return made;
}

State healthy() {
  State state;
  state.accounts = {{"lab", 1795521180s - 400000s + 400ms}};
  state.profiles = {profile("mdh-lab", 0, 2470s)};
  state.started = BootTime(112345s);
  return state;
}

void fail(ProfileState& profile, Error error, int failures, seconds since) {
  profile.last_failure = Failure{std::move(error), kNow.wall - 21s};
  profile.consecutive_failures = failures;
  profile.next_attempt_at = kNow.wall + 39s;
  std::erase_if(profile.attempts, [&](const Attempt& one) { return one.at > kNow.wall - since; });
  for (int i = failures; i > 0; --i) {
    profile.attempts.push_back(
        {kNow.wall - since * i / failures, profile.last_failure->error.error_class});
  }
}

State troubled() {
  State state = healthy();
  state.accounts = {{"lab", 1795521180s - 400000s + 7min}, {"field-study", std::nullopt}};
  state.profiles = {profile("mdh-lab", 0, 2470s), profile("mdh-cohort-2026", 0, 640s),
                    profile("mdh-archive", 1, 3000s), profile("mdh-new", 1, 0s)};
  fail(
      state.profiles[1],
      {ErrorClass::unreachable, Stage::token,
       "cannot reach designer.mydatahelps.org for the access token: connection timed out after 5 s",
       ""},
      23, 2900s);
  state.profiles[2].credentials = credentials(-5400s);
  state.profiles[2].life = lasting({kNow.boot - 9000s, kNow.wall - 9000s}, 3600s);
  fail(state.profiles[2],
       {ErrorClass::refused, Stage::exchange,
        "MyDataHelps refuses access to project RK.1234.Archive <403>",
        "ask its coordinator to add service account MyDataHelps.1234.lab to the project"},
       9, 9000s);
  state.profiles[2].file = {"/home/ada/.aws/credentials", FileCondition::failed,
                            "cannot write /home/ada/.aws/credentials: read-only file system"};
  state.profiles[3].credentials = nullptr;
  state.profiles[3].attempted = false;
  state.profiles[3].refreshed_at.reset();
  state.profiles[3].next_attempt_at.reset();
  state.profiles[3].attempts.clear();
  return state;
}

State many(int count) {
  State state = troubled();
  for (int i = static_cast<int>(state.profiles.size()); i < count; ++i) {
    state.profiles.push_back(profile("mdh-study-" + std::to_string(1000 + i), 0, 2470s));
  }
  std::rotate(state.profiles.begin(), state.profiles.begin() + 4, state.profiles.end());
  return state;
}

State state_called(const std::string& name) {
  if (name == "troubled") return troubled();
  if (name == "forty") return many(40);
  if (name == "thousand") return many(1000);
  return healthy();
}

HttpCounters counted() {
  HttpCounters counters;
  counters.requests[{"/credentials/{profile}", 200}] = 1234;
  counters.requests[{"/credentials/{profile}", 503}] = 2;
  counters.denied["host"] = 1;
  return counters;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "page";
  const State state = state_called(argc > 2 ? argv[2] : "healthy");
  std::string text;
  if (what == "page") {
    text = status_page(
        state,
        {"http://127.0.0.1:6340", "/home/ada/.local/state/mdh-credentials/authorization-token"},
        kNow, argc > 3 ? argv[3] : "");
  } else if (what == "policy") {
    text = page_security_policy();
  } else if (what == "status") {
    text = status_json(state, kNow);
  } else if (what == "line") {
    text = status_line(state, kNow);
  } else {
    text = metrics_text({state, {}}, {counted(), {12.5, 9e6, 4e7, 14, 20000, 1795233525}}, kNow);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}
