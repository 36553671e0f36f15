#include "daemon/fd_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace mdh {
namespace {

// Two names in turn, because a datagram can add or remove but not replace, and a removal by name
// would take the new one along.
constexpr std::array<const char*, 2> kSlots{"mdh-credentials-snapshot-a",
                                            "mdh-credentials-snapshot-b"};
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr off_t kLargest = 64 * 1024 * 1024;

bool is_snapshot(std::string_view name) {
  return std::find(kSlots.begin(), kSlots.end(), name) != kSlots.end();
}

std::pair<time_t, long> written_at(const FileDescriptor& snapshot) {
  struct stat found {};
  fstat(snapshot.get(), &found);
  return {found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

FileDescriptor sealed(const Secret& bytes) {
  FileDescriptor memory(memfd_create("mdh-credentials-snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory || !write_all(memory.get(), bytes.reveal())) return FileDescriptor();
  if (fcntl(memory.get(), F_ADD_SEALS, kSeals | F_SEAL_SEAL) != 0) return FileDescriptor();
  return memory;
}

}  // namespace

HandedOver take_handed_over() {
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  HandedOver taken;
  for (int i = 0; i < count; ++i) {
    FileDescriptor fd(SD_LISTEN_FDS_START + i);
    auto& pile = is_snapshot(names[i]) ? taken.snapshots : taken.listeners;
    pile.push_back(std::move(fd));
    std::free(names[i]);
  }
  std::free(names);
  std::stable_sort(
      taken.snapshots.begin(), taken.snapshots.end(),
      [](const auto& left, const auto& right) { return written_at(left) > written_at(right); });
  return taken;
}

bool store_snapshot(const Secret& bytes) {
  static std::size_t turn = 0;
  const FileDescriptor memory = sealed(bytes);
  if (!memory) return false;
  const int fd = memory.get();
  const std::string name(kSlots[turn % 2]);
  const std::string other(kSlots[(turn + 1) % 2]);
  if (sd_pid_notify_with_fds(0, 0, ("FDSTORE=1\nFDNAME=" + name).c_str(), &fd, 1) <= 0)
    return false;
  sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + other).c_str());
  ++turn;
  return true;
}

std::optional<Secret> read_stored(const FileDescriptor& snapshot) {
  const int seals = fcntl(snapshot.get(), F_GET_SEALS);
  struct stat found {};
  if (seals < 0 || (seals & kSeals) != kSeals || fstat(snapshot.get(), &found) != 0)
    return std::nullopt;
  if (found.st_size <= 0 || found.st_size > kLargest) return std::nullopt;
  const auto size = static_cast<std::size_t>(found.st_size);
  void* view = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, snapshot.get(), 0);
  if (view == MAP_FAILED) return std::nullopt;
  Secret bytes(std::string_view(static_cast<const char*>(view), size));
  munmap(view, size);
  return bytes;
}

std::string boot_id() {
  const FileDescriptor file(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  std::array<char, 36> text{};
  if (!file || ::read(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return "";
  return std::string(text.data(), text.size());
}

}  // namespace mdh
