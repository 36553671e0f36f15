#include "daemon/verbs/status.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>

#include "common/exit_status.h"
#include "common/report/status_view.h"
#include "daemon/system/clock.h"
#include "daemon/verbs/chosen_profiles.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/patience.h"
#include "daemon/verbs/status_table.h"
#include "daemon/verbs/terminal.h"
#include "daemon/verbs/users_table.h"

namespace mdh {
namespace {

constexpr milliseconds kOutcomeLimit{15000};

int status_of(const Error& error) {
  return error.error_class == ErrorClass::config ? kExitFailed : kExitNoDaemon;
}

int complain(const Error& error) {
  print_error(error);
  return status_of(error);
}

// Places and why, under the table; or on stderr where there is none.
std::string looked_at(const DaemonSearch& search) {
  std::string text;
  for (const TriedPlace& place : search.tried)
    text += "  " + place.path + ": " + (place.why_not.empty() ? "taken" : place.why_not) + "\n";
  return "looked for the daemon at\n" + text;
}

int verdict(const std::vector<ProfileView>& profiles, const StatusView& view) {
  const bool all =
      std::all_of(profiles.begin(), profiles.end(), [](const auto& one) { return one.ready(); });
  return all && view.endpoint_faults.empty() ? kExitGood : kExitNotReady;
}

std::string colon(const std::string& cause) {
  return cause.empty() ? "" : ": " + cause;
}

// Time does not mend it: the daemon tries again, but who waits for it must know.
int cannot_be_written(const ProfileView& one) {
  print_error(
      {ErrorClass::storage, Stage::file,
       one.profile + " is served, but its profile file is not written" + colon(one.file_message),
       one.file_hint});
  return kExitNotReady;
}

std::string waiting_for(const std::vector<ProfileView>& profiles) {
  for (const ProfileView& one : profiles) {
    if (one.ready()) continue;
    if (one.usable()) return one.profile + " (its profile file)" + colon(one.file_message);
    return one.profile + " (" + one.state + ")" + colon(one.error_message);
  }
  return "";
}

// A person at a terminal is told that it is over, and with what.
int tell_ready(const std::vector<ProfileView>& profiles, Progress& progress) {
  progress.clear();
  if (isatty(STDERR_FILENO) != 1) return kExitGood;
  std::string names;
  for (const ProfileView& one : profiles) names += (names.empty() ? "" : ", ") + one.profile;
  say("ready: " + names);
  return kExitGood;
}

int gave_up(const Result<EndpointClient>& last, const std::vector<ProfileView>& profiles) {
  if (!last) return complain(last.error());
  print_error({ErrorClass::unreachable, Stage::endpoint,
               "gave up waiting for " + waiting_for(profiles), "mdh-credentials status"});
  return kExitNotReady;
}

// The moment of the last attempt's end, good or bad, by profile; the next attempt's too, since two
// may end in one second.
struct Mark {
  std::string ended;
  std::string next;  // empty while one is due or under way
};
using Marks = std::map<std::string, Mark>;
Marks marks_of(const StatusView& view) {
  Marks marks;
  for (const ProfileView& one : view.profiles) {
    const bool ahead = one.next_attempt_at > read_clocks().wall + seconds(3);
    marks[one.profile] = {one.refreshed_at + "|" + one.error_at,
                          ahead ? format_rfc3339(*one.next_attempt_at) : ""};
  }
  return marks;
}

// Asks for a refresh of each; those that were accepted.
Result<std::vector<std::string>> request(const EndpointClient& client,
                                         const std::vector<ProfileView>& profiles) {
  std::vector<std::string> accepted;
  for (const ProfileView& one : profiles) {
    const Result<ClientReply> reply = client.post("/refresh/" + one.profile);
    if (!reply) return reply.error();
    if (reply->status == 202) {
      accepted.push_back(one.profile);
    } else if (reply->status == 429) {
      warn(one.profile + " was refreshed a moment ago or upstream asked for a pause; not now");
    } else {
      return Error{ErrorClass::refused, Stage::endpoint,
                   "the daemon refuses to refresh " + one.profile + " (HTTP " +
                       std::to_string(reply->status) + ")",
                   "run as the daemon's user or one of endpoint.allowed_users"};
    }
  }
  return accepted;
}

// Two attempts may end in one second; then the next one's time tells them apart.
bool moved(const Mark& then, const Mark& now) {
  return now.ended != then.ended || (!now.next.empty() && now.next != then.next);
}

bool all_moved(const std::vector<std::string>& asked, const Marks& before, const Marks& after) {
  return std::all_of(asked.begin(), asked.end(), [&](const std::string& name) {
    const auto then = before.find(name);
    const auto now = after.find(name);
    return now == after.end() || then == before.end() || moved(then->second, now->second);
  });
}

// Leaves the outcome in the client's status.
Done await_outcome(EndpointClient& client, const std::vector<std::string>& asked) {
  const Marks before = marks_of(client.status());
  Patience patience(kOutcomeLimit);
  Progress progress;
  while (true) {
    progress.show("waiting for the outcome");
    const Done answer = client.ask_status();
    if (!answer || all_moved(asked, before, marks_of(client.status()))) return answer;
    if (patience.over()) {
      progress.clear();
      warn("no outcome after 15 s; this is how it is");
      return done();
    }
    patience.pause();
  }
}

}  // namespace

namespace {

int print_once(const Command& command) {
  const DaemonSearch search = search_daemon(command);
  if (!search.client) {
    if (command.verbose) print_aside(looked_at(search));
    return complain(no_daemon(search));
  }
  if (command.users) return print_users(*search.client, command.json);
  const StatusView& view = search.client->status();
  const std::vector<ProfileView> profiles = chosen(command, view);
  if (profiles.empty()) {
    if (command.verbose) print_aside(looked_at(search));
    return no_such_profile(command, view);
  }
  if (command.json) return print(search.client->status_text() + "\n") ? verdict(profiles, view) : 1;
  std::string text = status_table(profiles, view);
  if (command.verbose) text += "\n" + looked_at(search);
  return print(text) ? verdict(profiles, view) : 1;
}

// On a terminal the table stands in one place.
int watch(const Command& command) {
  constexpr seconds kPause{2};
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  for (;;) {
    if (!print(terminal ? "\033[H\033[2J" : "")) return kExitFailed;
    print_once(command);
    if (!print(terminal ? "" : "\n")) return kExitFailed;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

int print_status(const Command& command) {
  return command.watch ? watch(command) : print_once(command);
}

int wait_until_ready(const Command& command) {
  Patience patience(command.timeout);
  Progress progress;
  while (true) {
    const Result<EndpointClient> client = find_daemon(command);
    std::vector<ProfileView> profiles;
    if (client) {
      profiles = chosen(command, client->status());
      if (profiles.empty()) {
        progress.clear();
        return no_such_profile(command, client->status());
      }
      if (waiting_for(profiles).empty()) return tell_ready(profiles, progress);
      const auto unwritable = std::find_if(profiles.begin(), profiles.end(),
                                           [](const auto& one) { return one.unwritable(); });
      if (unwritable != profiles.end()) {
        progress.clear();
        return cannot_be_written(*unwritable);
      }
    }
    progress.show(client ? "waiting for " + waiting_for(profiles) : "waiting for a daemon");
    if (patience.over()) {
      progress.clear();
      return gave_up(client, profiles);
    }
    patience.pause();
  }
}

int refresh_now(const Command& command) {
  Result<EndpointClient> client = find_daemon(command);
  if (!client) return complain(client.error());
  const std::vector<ProfileView> profiles = chosen(command, client->status());
  if (profiles.empty()) return no_such_profile(command, client->status());
  const auto asked = request(*client, profiles);
  if (!asked) {
    print_error(asked.error());
    return asked.error().error_class == ErrorClass::unreachable ? kExitNoDaemon : 1;
  }
  if (Done known = await_outcome(*client, *asked); !known) return complain(known.error());
  const std::vector<ProfileView> outcome = chosen(command, client->status());
  if (!print(status_table(outcome, client->status()))) return 1;
  const bool renewed = std::none_of(outcome.begin(), outcome.end(),
                                    [](const auto& one) { return one.state == "failing"; });
  return renewed ? verdict(outcome, client->status()) : kExitNotReady;
}

}  // namespace mdh
