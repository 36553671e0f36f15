#include "daemon/profile_file/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

#include "common/timestamp.h"

namespace mdh {
namespace {

// A writer that has opened the file and not yet written gets as long.
constexpr milliseconds kWritersPatience{1000}, kWritersPause{5};

// The rename is durable once the folder is; where folders cannot be synced (EINVAL) the file is
// whole all the same.
Done sync_folder(const std::string& folder, Remarks& remarks) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd && ::fsync(fd.get()) == 0) return done();
  if (errno == EIO || errno == ENOSPC || errno == EDQUOT) {
    return file_error("sync the folder", folder);
  }
  remarks.insert("the folder " + folder + " cannot be synced (" + std::strerror(errno) +
                 "): after a power failure the file may be the old one");
  return done();
}

// Waits for those who opened the old file for writing while it was in its place: none is left once
// a read lease is granted (fcntl(2)). Where there are no leases, nobody can tell.
void await_writers(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return;
  ::fcntl(file.get(), F_SETSIG, SIGURG);  // a lease that is broken must not kill us by SIGIO
  const auto until = std::chrono::steady_clock::now() + kWritersPatience;
  while (::fcntl(file.get(), F_SETLEASE, F_RDLCK) != 0) {
    if (errno != EAGAIN || std::chrono::steady_clock::now() > until) return;
    std::this_thread::sleep_for(kWritersPause);
  }
  ::fcntl(file.get(), F_SETLEASE, F_UNLCK);
}

// Draft and target change places, so that what came out can be looked at once more: an edit that
// was made between look and exchange is in it.
Result<Placed> exchange(Draft& draft, const Replacement& wish, Remarks& remarks) {
  const char* ours = draft.path().c_str();
  if (::renameat2(AT_FDCWD, ours, AT_FDCWD, wish.target.c_str(), RENAME_EXCHANGE) == 0) {
    await_writers(draft.path());
    if (look_at(draft.path()) == wish.before) return Placed::in_place;
    draft.keep();
    return Placed::over_edit;
  }
  if (errno == ENOENT) return Placed::refused;
  const std::string why = std::strerror(errno);
  if (::rename(ours, wish.target.c_str()) != 0) return file_error("replace", wish.target);
  draft.keep();
  remarks.insert("the file system of " + wish.target + " cannot exchange two files (" + why +
                 "): an edit that another program makes in the same instant may be lost");
  return Placed::in_place;
}

Result<Placed> put_where_none_is(Draft& draft, const std::string& target) {
  const char* ours = draft.path().c_str();
  if (::renameat2(AT_FDCWD, ours, AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return Placed::refused;
    if (::rename(ours, target.c_str()) != 0) return file_error("create", target);
  }
  draft.keep();
  return Placed::in_place;
}

}  // namespace

Result<Placed> replace_file(const Replacement& wish, std::string_view bytes, Remarks& remarks) {
  Draft draft(wish.draft);
  if (!draft.ok()) return file_error("create", draft.path());
  if (wish.before) {
    const Done taken = draft.take_over(wish.target, *wish.before, wish.owner_only, remarks);
    if (!taken) return taken.error();
  } else {
    draft.give_to_owner_of(folder_of(wish.target));
  }
  if (Done written = draft.write(bytes, remarks); !written) return written.error();
  if (look_at(wish.target) != wish.before) return Placed::refused;
  auto placed =
      wish.before ? exchange(draft, wish, remarks) : put_where_none_is(draft, wish.target);
  if (!placed || *placed == Placed::refused) return placed;
  const Done synced = sync_folder(folder_of(wish.target), remarks);
  // What another program wrote is not to be lost over that.
  if (!synced && *placed != Placed::over_edit) return synced.error();
  return placed;
}

}  // namespace mdh
