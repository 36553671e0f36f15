#include "daemon/service/fd_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/leave.h"
#include "tests/support/notify_socket.h"

namespace mdh {
namespace {

std::string line_of(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key + "=");
  if (at == std::string::npos) return "";
  return text.substr(at + key.size() + 1, text.find('\n', at) - at - key.size() - 1);
}

TEST(FdStore, KeepsNothingWithoutAManager) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(store_snapshot(Secret("bytes")));
}

TEST(FdStore, HandsOverASealedMemfdThatReadsBack) {
  NotifySocket manager;
  ASSERT_TRUE(store_snapshot(Secret("the bytes")));
  const NotifySocket::Message stored = manager.next();
  EXPECT_EQ(stored.text.substr(0, 10), "FDSTORE=1\n");
  ASSERT_EQ(stored.fds.size(), 1u);
  const std::optional<Secret> read = read_stored(stored.fds.front());
  ASSERT_TRUE(read);
  EXPECT_TRUE(*read == Secret("the bytes"));
  EXPECT_LT(write(stored.fds.front().get(), "x", 1), 0) << "nobody can change it on the way";
}

// At no moment may the store be empty: a kill between the two messages must find the old or the
// new.
TEST(FdStore, RemovesTheOldSnapshotOnlyAfterTheNewOneIsIn) {
  NotifySocket manager;
  std::string present;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(store_snapshot(Secret("bytes")));
    const std::string added = line_of(manager.next().text, "FDNAME");
    const std::string removal = manager.next().text;
    EXPECT_EQ(removal.substr(0, 16), "FDSTOREREMOVE=1\n");
    EXPECT_NE(added, present);
    if (!present.empty()) {
      EXPECT_EQ(line_of(removal, "FDNAME"), present);
    }
    present = added;
  }
}

TEST(FdStore, RefusesWhatIsNotSealed) {
  const FileDescriptor loose(memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(write(loose.get(), "bytes", 5), 5);
  EXPECT_FALSE(read_stored(loose)) << "its giver could still change it under us";
  const FileDescriptor pipe_like(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(read_stored(pipe_like));
  EXPECT_FALSE(read_stored(FileDescriptor()));
}

// What systemd does between fork and exec: descriptors from 3 on, and variables that name them.
void pretend_handover(const std::vector<int>& fds, const char* names) {
  for (std::size_t i = 0; i < fds.size(); ++i) dup2(fds[i], static_cast<int>(100 + i));
  for (std::size_t i = 0; i < fds.size(); ++i)
    dup2(static_cast<int>(100 + i), static_cast<int>(3 + i));
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  setenv("LISTEN_FDS", std::to_string(fds.size()).c_str(), 1);
  setenv("LISTEN_FDNAMES", names, 1);
}

NotifySocket::Message stored(NotifySocket& manager, const char* bytes) {
  store_snapshot(Secret(bytes));
  NotifySocket::Message message = manager.next();
  manager.next();
  return message;
}

TEST(FdStore, SortsWhatIsHandedOverNewestSnapshotFirst) {
  const pid_t child = fork();
  if (child == 0) {
    NotifySocket manager;
    const NotifySocket::Message older = stored(manager, "older");
    usleep(20000);  // the kernel's file times move by ticks
    const NotifySocket::Message newer = stored(manager, "newer");
    const std::string names =
        line_of(older.text, "FDNAME") + ":mdh-credentials.socket:" + line_of(newer.text, "FDNAME");
    const FileDescriptor listener(open("/dev/null", O_RDWR));
    pretend_handover({older.fds[0].get(), listener.get(), newer.fds[0].get()}, names.c_str());
    const HandedOver taken = take_handed_over();
    const bool right =
        taken.listeners.size() == 1 && taken.listeners[0].get() == 4 &&
        taken.snapshots.size() == 2 && *read_stored(taken.snapshots[0]) == Secret("newer") &&
        std::getenv("LISTEN_FDS") == nullptr && (fcntl(4, F_GETFD) & FD_CLOEXEC) != 0;
    test::leave(right ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// A daemon that is restarted again and again must not fill the store, which then takes nothing new.
TEST(FdStore, StoresIntoTheOtherSlotThanTheOneHandedOver) {
  const pid_t child = fork();
  if (child == 0) {
    NotifySocket manager;
    store_snapshot(Secret("last"));
    const NotifySocket::Message last = manager.next();
    // As if the process before had ended with the slot that this one would take next.
    const std::string slot = line_of(manager.next().text, "FDNAME");
    pretend_handover({last.fds[0].get()}, slot.c_str());
    take_handed_over();
    NotifySocket next;  // the handover went over the first one's descriptor
    store_snapshot(Secret("next"));
    const bool right =
        line_of(next.next().text, "FDNAME") != slot && line_of(next.next().text, "FDNAME") == slot;
    test::leave(right ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(FdStore, TakesNothingWhenNothingWasHandedOver) {
  const HandedOver taken = take_handed_over();
  EXPECT_TRUE(taken.listeners.empty());
  EXPECT_TRUE(taken.snapshots.empty());
}

TEST(FdStore, NamesTheBoot) {
  EXPECT_EQ(boot_id().size(), 36u);
  EXPECT_EQ(boot_id(), boot_id());
}

}  // namespace
}  // namespace mdh
