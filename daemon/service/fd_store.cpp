#include "daemon/service/fd_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "daemon/system/log.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

// Two names in turn, because a datagram can add or remove but not replace, and a removal by name
// would take the new one along.
constexpr std::array<const char*, 2> kSlots{"mdh-credentials-snapshot-a",
                                            "mdh-credentials-snapshot-b"};
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr off_t kLargest = off_t{64} * 1024 * 1024;

// The slot of the next snapshot: never the one that holds the last.
std::size_t next_slot = 0;

struct Handed {
  FileDescriptor fd;
  std::string name;
  std::size_t slot;  // kSlots.size(): no snapshot
  std::pair<time_t, long> written;
};

Handed handed(int number, std::string_view name) {
  struct stat found {};
  fstat(number, &found);
  const auto slot = std::find(kSlots.begin(), kSlots.end(), name) - kSlots.begin();
  return {FileDescriptor(number),
          std::string(name),
          static_cast<std::size_t>(slot),
          {found.st_mtim.tv_sec, found.st_mtim.tv_nsec}};
}

FileDescriptor sealed(const Secret& bytes) {
  FileDescriptor memory(memfd_create("mdh-credentials-snapshot", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory || !write_all(memory.get(), bytes.reveal())) return FileDescriptor();
  if (fcntl(memory.get(), F_ADD_SEALS, kSeals | F_SEAL_SEAL) != 0) return FileDescriptor();
  return memory;
}

}  // namespace

namespace {

std::vector<FileDescriptor>& place_of(const Handed& one, HandedOver& taken) {
  if (one.slot < kSlots.size()) return taken.snapshots;
  return one.name == kBoundName ? taken.bound : taken.listeners;
}

}  // namespace

HandedOver take_handed_over() {
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  std::vector<Handed> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(handed(SD_LISTEN_FDS_START + i, names[i]));
    std::free(names[i]);
  }
  std::free(names);
  std::stable_sort(all.begin(), all.end(), [](const Handed& left, const Handed& right) {
    return left.written > right.written;
  });
  HandedOver taken;
  for (Handed& one : all) {
    const bool snapshot = one.slot < kSlots.size();
    if (snapshot && taken.snapshots.empty()) next_slot = (one.slot + 1) % kSlots.size();
    if (one.name == kLockName) {
      taken.lock = std::move(one.fd);
    } else {
      place_of(one, taken).push_back(std::move(one.fd));
    }
  }
  return taken;
}

namespace {

bool store(const FileDescriptor& memory) {
  const int fd = memory.get();
  const std::string name(kSlots[next_slot]);
  const std::string other(kSlots[(next_slot + 1) % 2]);
  if (sd_pid_notify_with_fds(0, 0, ("FDSTORE=1\nFDNAME=" + name).c_str(), &fd, 1) <= 0)
    return false;
  sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + other).c_str());
  next_slot = (next_slot + 1) % 2;
  return true;
}

}  // namespace

bool store_snapshot(const Secret& bytes) {
  const FileDescriptor memory = sealed(bytes);
  return memory && store(memory);
}

NamedDescriptor pass_snapshot(const Secret& bytes) {
  NamedDescriptor passed{kSlots[next_slot], sealed(bytes)};
  if (passed.fd) store(passed.fd);
  return passed;
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

Result<Snapshot> read_stored_snapshot(const FileDescriptor& stored) {
  const auto bytes = read_stored(stored);
  if (bytes) return read_snapshot(bytes->reveal(), boot_id());
  return Error{.error_class = ErrorClass::storage, .message = "it is not a sealed memfd"};
}

Snapshot read_stored_snapshots(const std::vector<FileDescriptor>& stored) {
  Snapshot left;
  for (const FileDescriptor& fd : stored) {
    auto snapshot = read_stored_snapshot(fd);
    if (snapshot) {
      add_older(left, std::move(snapshot).value());
    } else {
      log_line(LogLevel::warn, "stored credentials ignored: " + snapshot.error().message);
    }
  }
  return left;
}

std::string boot_id() {
  sd_id128_t boot{};
  if (sd_id128_get_boot(&boot) < 0) return {};
  char text[SD_ID128_UUID_STRING_MAX];
  return sd_id128_to_uuid_string(boot, text);
}

}  // namespace mdh
