#include "daemon/endpoint/name_service.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace mdh {
namespace {

constexpr std::size_t kMostPeople = 1024;
constexpr std::size_t kMostRoom = std::size_t{4} * 1024 * 1024;  // a group of the whole company

// getpwnam(3) and its kin tell "there is none" by success, or by these.
bool means_nobody(int fault) {
  constexpr std::array kNobody{0, ENOENT, ESRCH, EBADF, EPERM};
  return std::find(kNobody.begin(), kNobody.end(), fault) != kNobody.end();
}

// What one lookup came to: found, nobody, or the service failed.
enum class Told { found, nobody, failure };

// Calls with room enough for the entry, however long it is.
template <typename Entry, typename Lookup, typename Use>
Told look_up(Lookup lookup, Use use) {
  std::vector<char> room(4096);
  for (;;) {
    Entry entry{};
    Entry* found = nullptr;
    const int fault = lookup(&entry, room.data(), room.size(), &found);
    if (fault == ERANGE && room.size() < kMostRoom) {
      room.resize(room.size() * 4);
      continue;
    }
    if (found != nullptr) {
      use(*found);
      return Told::found;
    }
    return means_nobody(fault) ? Told::nobody : Told::failure;
  }
}

using Answers = std::map<std::string, std::optional<std::uint32_t>, std::less<>>;

// A failure leaves what was known before.
void note(const std::string& name, Told told, std::uint32_t id, const Answers& before,
          Answers& answers) {
  const auto known = before.find(name);
  if (told == Told::found) {
    answers[name] = id;
  } else if (told == Told::failure && known != before.end()) {
    answers[name] = known->second;
  } else {
    answers[name] = std::nullopt;
  }
}

void ask_user(const std::string& name, const Names& before, Names& names) {
  std::uint32_t uid = 0;
  const Told told = look_up<passwd>([&](auto... room) { return getpwnam_r(name.c_str(), room...); },
                                    [&](const passwd& found) { uid = found.pw_uid; });
  note(name, told, uid, before.users, names.users);
}

void ask_group(const std::string& name, const Names& before, Names& names) {
  std::uint32_t gid = 0;
  const Told told = look_up<group>([&](auto... room) { return getgrnam_r(name.c_str(), room...); },
                                   [&](const group& found) { gid = found.gr_gid; });
  note(name, told, gid, before.groups, names.groups);
}

std::vector<std::uint32_t> groups_of(const std::string& name, gid_t primary) {
  int count = 64;
  std::vector<gid_t> groups(64);
  while (getgrouplist(name.c_str(), primary, groups.data(), &count) < 0 && count < 65537)
    groups.resize(static_cast<std::size_t>(count));
  groups.resize(static_cast<std::size_t>(count));
  std::sort(groups.begin(), groups.end());
  return {groups.begin(), groups.end()};
}

void ask_person(std::uint32_t user, const Names& before, Names& names) {
  Person person;
  gid_t primary = 0;
  const Told told = look_up<passwd>([&](auto... room) { return getpwuid_r(user, room...); },
                                    [&](const passwd& found) {
                                      person.name = found.pw_name;
                                      primary = found.pw_gid;
                                    });
  const auto known = before.people.find(user);
  if (told == Told::failure && known != before.people.end()) {
    person = known->second;
  } else if (told == Told::found) {
    person.groups = groups_of(person.name, primary);
  }
  names.people[user] = std::move(person);
}

}  // namespace

Names ask_names(const NamesWanted& wanted, const std::set<std::uint32_t>& people,
                const Names& before) {
  Names names;
  for (const std::string& user : wanted.users) ask_user(user, before, names);
  for (const std::string& one : wanted.groups) ask_group(one, before, names);
  for (const std::uint32_t user : people) ask_person(user, before, names);
  return names;
}

// Shared outlives whoever of the two ends first.
struct NameService::Shared {
  explicit Shared(milliseconds pause) : again(pause) {}

  void run() {
    std::unique_lock lock(mutex);
    while (!ending) {
      if (!due) wait(lock);
      if (ending) return;
      due = false;
      const NamesWanted now_wanted = wanted;
      const std::set<std::uint32_t> now_people = people;
      const NamesPtr before = answer;
      lock.unlock();
      auto names = std::make_shared<const Names>(
          ask_names(now_wanted, now_people, before ? *before : Names()));
      lock.lock();
      answer = std::move(names);
      bell.ring();
    }
  }

  // Without a name nothing changes by itself: then it sleeps until it is asked.
  void wait(std::unique_lock<std::mutex>& lock) {
    const auto roused = [this] { return due || ending; };
    if (wanted.empty()) return rouse.wait(lock, roused);
    rouse.wait_for(lock, again, roused);
  }

  const milliseconds again;
  WakeEvent bell;
  std::mutex mutex;
  std::condition_variable rouse;
  NamesWanted wanted;
  std::set<std::uint32_t> people;
  NamesPtr answer;
  bool due = false;
  bool ending = false;
};

NameService::NameService(milliseconds again) : shared_(std::make_shared<Shared>(again)) {}

NameService::~NameService() {
  const std::lock_guard lock(shared_->mutex);
  shared_->ending = true;
  shared_->rouse.notify_one();
}

void NameService::ask(NamesWanted wanted) {
  const std::lock_guard lock(shared_->mutex);
  if (wanted.empty() && !started_) return;
  shared_->wanted = std::move(wanted);
  start();
}

void NameService::ask_about(std::uint32_t user) {
  const std::lock_guard lock(shared_->mutex);
  std::set<std::uint32_t>& people = shared_->people;
  if (people.size() >= kMostPeople) people.clear();
  if (people.insert(user).second) start();
}

void NameService::start() {
  shared_->due = true;
  shared_->rouse.notify_one();
  if (started_) return;
  try {
    std::thread([shared = shared_] { shared->run(); }).detach();
    started_ = true;
  } catch (const std::system_error&) {  // no thread to be had: the next question tries again
  }
}

int NameService::event_fd() const {
  return shared_->bell.fd();
}

NamesPtr NameService::answer() {
  shared_->bell.take();
  const std::lock_guard lock(shared_->mutex);
  return shared_->answer;
}

}  // namespace mdh
