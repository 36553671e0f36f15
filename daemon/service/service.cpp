#include "daemon/service/service.h"

#include <algorithm>
#include <csignal>

#include "common/report/status.h"
#include "common/state/condition.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/keys/usable_config.h"
#include "daemon/service/fd_store.h"
#include "daemon/system/clock.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {
constexpr milliseconds kWorkerPatience{200};  // with what the rest is given, 2 s
constexpr milliseconds kReloadPause{300};     // an editor may write in steps

}  // namespace

Service::Service(Foundations foundations)
    : config_(std::move(foundations.config)),
      folders_(std::move(foundations.folders)),
      tokens_(folders_, foundations.tokens),
      refresher_(config_, read_clocks()),
      endpoint_(tokens_.resolved(config_), std::move(foundations.listeners.sockets),
                std::move(foundations.tokens), hooks()),
      socket_(std::move(foundations.runtime), endpoint_),
      rereading_(std::move(foundations.options), folders_.state, foundations.listeners.port,
                 tokens_.in_force()),
      stored_(config_, refresher_.state(), endpoint_),
      file_(
          loop_,
          [this] {
            refresher_.engine().forget_files(config_.profile_file.enabled);
            changed_ = true;
          },
          [this](ProfileSink::Report report) {
            refresher_.engine().note_file(report.profile, std::move(report.status));
            changed_ = true;
          }),
      readiness_(loop_, notifier_, [this] { changed_ = true; }),
      shutdown_(loop_, {endpoint_, file_, notifier_, watcher_, socket_.runtime(),
                        foundations.listeners.bound}),
      turn_timer_(loop_.add_timer([this] { changed_ = true; })),
      watchdog_timer_(loop_.add_timer([this] { feed_watchdog(); })),
      reload_timer_(loop_.add_timer([this] { reload(Prompt::watch); })) {
  attach();
  program_.attach(loop_, {rereading_.trial(), [this] { shutdown_.leave(); }}, foundations.in_place);
  file_.open(config_.profile_file);
  watch();
  rereading_.want_tokens(config_.endpoint);  // and tokens of users' own are written anew
  refresher_.engine().note_endpoint(std::move(foundations.listeners.faults));
}

EndpointHooks Service::hooks() {
  return {
      .state = [this]() -> const State& { return refresher_.state(); },
      .now = read_clocks,
      .refresh =
          [this](const std::string& profile) {
            changed_ = true;
            return refresher_.engine().refresh(profile, read_clocks());
          },
      .who_is = [this](std::uint32_t user) { names_.ask_about(user); },
      .own_token = [this](auto user, const Secret& seal) { return tokens_.own_token(user, seal); },
      .longest_turn = [this] { return longest_turn_; },
      .missed =
          [this](std::string_view profile) {
            changed_ |= refresher_.engine().missed(profile, read_clocks());
          },
      .self_report = [this] { return rereading_.self_report(config_); }};
}

void Service::attach() {
  socket_.attach(loop_);
  tokens_.attach(loop_, [this] { rereading_.want_tokens(config_.endpoint); });
  for (const int signal : {SIGTERM, SIGINT}) loop_.on_signal(signal, [this] { shutdown_.stop(); });
  loop_.on_signal(SIGHUP, [this] { reload(Prompt::signal); });
  loop_.on_readable(refresher_.event_fd(), [this] { changed_ = true; });
  loop_.on_readable(endpoint_.poll_fd(), [this] { endpoint_.turn(); });
  loop_.on_readable(watcher_.poll_fd(), [this] { take_changes(); });
  loop_.on_readable(rereading_.event_fd(), [this] { take_reread(); });
  loop_.on_readable(names_.event_fd(), [this] { take_names(); });
  names_.ask(names_wanted(config_));
  if (notifier_.watchdog_interval() > milliseconds(0)) feed_watchdog();
}

void Service::take_names() {
  const NamesPtr names = names_.answer();
  endpoint_.take_names(names);
  if (tokens_.take_names(config_.endpoint, names)) rereading_.want_tokens(config_.endpoint);
}

void Service::restore(const std::vector<FileDescriptor>& stored) {
  const Snapshot left = read_stored_snapshots(stored);
  endpoint_.restore_record(left.hand_outs);
  if (left.entries.empty()) return;
  const std::size_t taken = refresher_.engine().restore(left, read_clocks());
  log_line(LogLevel::info, "took over " + std::to_string(taken) + " of " +
                               std::to_string(left.entries.size()) +
                               " credential sets from the last process");
}

bool Service::run() {
  settle();
  while (!shutdown_.over()) {
    loop_.wait();
    const auto begun = std::chrono::steady_clock::now();
    loop_.dispatch();
    changed_ |= refresher_.engine().stepped(read_clocks());
    settle();
    if (!rereading_.busy()) shutdown_.go_on();
    const auto took = std::chrono::steady_clock::now() - begun;
    longest_turn_ = std::max(longest_turn_, std::chrono::ceil<milliseconds>(took));
  }
  if (shutdown_.leaving()) become_the_new_program();
  stored_.forget();  // for the record of the last hand-outs
  stored_.sync(read_clocks());
  if (const Done end = file_.outcome(); !end) log_line(LogLevel::warn, end.error().message);
  return file_.finished() && !rereading_.busy() && refresher_.end(kWorkerPatience);
}

// The one place where the world is made to agree with the state; nothing happens in a turn that
// changed nothing, such as one that answered requests.
void Service::settle() {
  if (!changed_) return;
  changed_ = false;
  const Now now = read_clocks();
  refresher_.turn(now);
  sync(now);
  // Also when a set lapses: what waits for a full disk must not be written after its end.
  const BootTime lapse = next_lapse(refresher_.state(), now);
  loop_.set_timer(turn_timer_, std::min(refresher_.next_turn(), lapse));
}

void Service::sync(Now now) {
  endpoint_.state_changed();
  situation_log_.tell(refresher_.state(), now);
  file_.sync(wanted_profiles(refresher_.state(), now));
  stored_.sync(now);
  notifier_.status(status_line(refresher_.state(), now));
  readiness_.sync(refresher_.state(), now);
}

void Service::watch() {
  std::vector<std::string> files = watched_files(config_);
  for (std::string& path : tokens_.watched(config_.endpoint)) files.push_back(std::move(path));
  if (!socket_.path().empty()) files.push_back(socket_.path());
  if (!program_.path().empty()) files.push_back(program_.path());
  watcher_.watch_files(files);
  socket_.look();
}

void Service::take_changes() {
  const Watcher::Changes changes = watcher_.take();
  if (changes.closed) return endpoint_.drain();
  tokens_.look(config_.endpoint);
  program_.look();
  if (!changes.any()) return;
  const Now now = read_clocks();
  if (changes.clock_stepped || changes.network_up) refresher_.engine().reevaluate(now);
  for (const std::string& path : changes.files) file_changed(path, now);
  changed_ = true;
}

void Service::file_changed(const std::string& path, Now now) {
  if (path == socket_.path()) return socket_.look();
  if (path == token_path(config_.endpoint, folders_.state))
    return rereading_.want_tokens(config_.endpoint);
  if (path == config_.origin) return loop_.set_timer(reload_timer_, now.boot + kReloadPause);
  for (const AccountConfig& account : config_.accounts) {
    const std::string news = key_news(account, path);
    if (news.empty()) continue;
    log_line(LogLevel::info, "account " + account.name + news, {{"MDH_ACCOUNT", account.name}});
    refresher_.engine().account_changed(account.name, now);
  }
}

void Service::reload(Prompt prompt) {
  if (shutdown_.begun()) return;
  notifier_.reloading();
  rereading_.want_config(prompt, config_.endpoint);
}

void Service::take_reread() {
  auto fresh = rereading_.take();
  if (!fresh || shutdown_.begun()) return;
  auto tokens = std::exchange(fresh->tokens, std::nullopt);
  if (fresh->config) take_config(*std::move(fresh));
  if (tokens) tokens_.hand_over(*std::move(tokens), endpoint_);
  changed_ = true;
  rereading_.go_on(config_.endpoint);
}

// An edit is mostly seen by the watch and signalled as well: what came of it is told once.
void Service::take_config(Rereading::Reread reread) {
  Result<Config> fresh = *std::move(reread.config);
  const bool signalled = reread.prompt == Prompt::signal;
  const auto refused = refresher_.state().refused_reload;
  if (fresh) {
    const bool news = *fresh != config_ || refused || signalled;
    adopt(std::move(fresh).value(), std::move(reread.owners), read_clocks());
    log_read_again(config_, news);
  } else if (signalled || !refused || with_hint(refused->error) != with_hint(fresh.error())) {
    log_refused(fresh.error());
  }
  refresher_.engine().note_reload(fresh ? std::nullopt : std::optional(fresh.error()),
                                  read_clocks().wall);
  notifier_.reloaded();
}

void Service::adopt(Config config, IdOwners owners, Now now) {
  const bool same_file = config.profile_file == config_.profile_file;
  const bool same_listen = config.endpoint.listen == config_.endpoint.listen;
  config_ = std::move(config);
  set_log_level(config_.log_level);
  refresher_.reconfigure(config_, now);
  endpoint_.reconfigure(tokens_.resolved(config_), std::move(owners));
  names_.ask(names_wanted(config_));
  if (!same_file) file_.open(config_.profile_file);
  watch();
  stored_.forget();
  program_.reconsider();
  if (!same_listen)
    log_line(LogLevel::warn, "endpoint.listen changed: it takes effect with the next start");
}

void Service::feed_watchdog() {
  const Now now = read_clocks();
  refresher_.turn(now);
  notifier_.feed_watchdog(refresher_.state().stuck);
  changed_ = true;
  loop_.set_timer(watchdog_timer_, now.boot + notifier_.watchdog_interval());
}

void Service::become_the_new_program() {
  NamedDescriptor snapshot = stored_.pass(read_clocks());
  refresher_.end(kWorkerPatience);
  log_line(LogLevel::error, shutdown_.become(program_.path(), std::move(snapshot)).message);
}

}  // namespace mdh
