#include "daemon/system/file_watch.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <array>
#include <climits>
#include <deque>
#include <filesystem>

namespace mdh {
namespace {

constexpr std::uint32_t kNames = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::uint32_t kContents = kNames | IN_CLOSE_WRITE | IN_ATTRIB;
// A folder on the way is watched itself and not its neighbours: a busy home folder wakes nobody.
constexpr std::uint32_t kItself = IN_MOVE_SELF | IN_DELETE_SELF;
constexpr int kMostLinks = 40;
constexpr int kMostSettlings = 8;

std::string joined(const std::string& folder, const std::string& name) {
  return folder == "/" ? "/" + name : folder + "/" + name;
}

std::string parent(const std::string& folder) {
  const std::size_t slash = folder.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : folder.substr(0, slash);
}

std::deque<std::string> components(const std::string& path) {
  std::deque<std::string> names;
  for (const auto& part : std::filesystem::path(path)) {
    if (part != "/" && !part.empty() && part != ".") names.push_back(part.string());
  }
  return names;
}

std::string link_target(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : "";
}

// Walks to a file as the kernel does, and notes what would lead elsewhere if it changed.
class Walk {
 public:
  Walk(const std::string& path, std::map<std::string, std::uint32_t>& folders)
      : ahead_(components(path)), folders_(folders) {}

  void go() {
    while (!ahead_.empty() && step()) continue;
  }

 private:
  bool step() {
    const std::string name = ahead_.front();
    ahead_.pop_front();
    if (name == "..") {
      folder_ = parent(folder_);
      return true;
    }
    const std::string path = joined(folder_, name);
    struct stat found {};
    if (lstat(path.c_str(), &found) != 0) return note(folder_, kNames, false);
    if (S_ISLNK(found.st_mode)) return note(folder_, kNames, follow(path));
    if (!S_ISDIR(found.st_mode)) return note(folder_, kContents, false);
    folder_ = path;
    return note(folder_, kItself, true);
  }

  bool follow(const std::string& link) {
    const std::string target = link_target(link);
    if (target.empty() || ++links_ > kMostLinks) return false;
    if (target.front() == '/') folder_.assign(1, '/');
    const std::deque<std::string> names = components(target);
    ahead_.insert(ahead_.begin(), names.begin(), names.end());
    return true;
  }

  bool note(const std::string& folder, std::uint32_t mask, bool on) {
    folders_[folder] |= mask;
    return on;
  }

  std::deque<std::string> ahead_;
  std::map<std::string, std::uint32_t>& folders_;
  std::string folder_ = "/";
  int links_ = 0;
};

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

void drain(int fd) {
  alignas(inotify_event) std::array<char, 16384> events{};
  while (::read(fd, events.data(), events.size()) > 0) continue;
}

}  // namespace

FileWatch::FileWatch() : poll_(epoll_create1(EPOLL_CLOEXEC)) {}

void FileWatch::watch(const std::vector<std::string>& paths) {
  files_.clear();
  for (const std::string& path : paths) files_.emplace(path, std::nullopt);
  settle();
  for (auto& [path, known] : files_) known = identity(path);
}

std::vector<std::string> FileWatch::changed() {
  if (inotify_) drain(inotify_.get());
  settle();
  std::vector<std::string> changed;
  for (auto& [path, known] : files_) {
    Identity now = identity(path);
    if (now != known) changed.push_back(path);
    known = now;
  }
  return changed;
}

FileWatch::Identity FileWatch::identity(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return std::nullopt;
  return std::tuple(found.st_dev, found.st_ino, found.st_size, nanoseconds(found.st_mtim),
                    nanoseconds(found.st_ctim));
}

FileWatch::Folders FileWatch::folders() const {
  std::map<std::string, std::uint32_t> masks;
  std::error_code ignored;
  for (const auto& [path, known] : files_) {
    Walk(std::filesystem::absolute(path, ignored).string(), masks).go();
  }
  Folders wanted;
  for (const auto& [folder, mask] : masks) {
    struct stat found {};
    stat(folder.c_str(), &found);
    wanted[folder] = {mask, found.st_dev, found.st_ino};
  }
  return wanted;
}

// What changes while the watches are being set would be missed: look until nothing moved.
void FileWatch::settle() {
  for (int round = 0; round < kMostSettlings; ++round) {
    Folders wanted = folders();
    if (wanted == listened_) return;
    listened_ = std::move(wanted);
    listen();
  }
}

void FileWatch::listen() {
  inotify_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  for (const auto& [folder, watched] : listened_) {
    inotify_add_watch(inotify_.get(), folder.c_str(),
                      std::get<0>(watched) | IN_ONLYDIR | IN_MASK_ADD);
  }
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(poll_.get(), EPOLL_CTL_ADD, inotify_.get(), &event);
}

}  // namespace mdh
