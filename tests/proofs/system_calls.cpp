// Makes every system call of an edit fail in turn (failing_calls.cpp is preloaded) and looks what
// is left: the whole old file and an error, or the whole new one; and the next edit succeeds.
#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "daemon/profile_file/edit_file.h"
#include "tests/proofs/generation.h"
#include "tests/support/temporary_folder.h"

namespace mdh::test {
namespace {

const auto arm =
    reinterpret_cast<void (*)(const char*, int, int)>(dlsym(RTLD_DEFAULT, "fault_arm"));
const auto disarm = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "fault_disarm"));

constexpr std::array kCalls{"readlink", "stat",      "mkdir",    "open",      "fcntl",
                            "fstat",    "read",      "unlink",   "fchown",    "fremovexattr",
                            "fchmod",   "listxattr", "getxattr", "fsetxattr", "write",
                            "fsync",    "renameat2", "rename",   "chmod"};
constexpr std::array kErrors{EIO, ENOSPC, EACCES, ENOENT, EINVAL, EDQUOT};

struct Counts {
  int faults = 0, errors = 0, survived = 0, torn = 0, silent = 0, unhealed = 0;
};

Result<Edited> edit(const std::string& path, int generation, FileMemory& memory) {
  const CredentialsPtr set = credentials(generation);
  FileEdit edit;
  edit.path = path;
  edit.change = [&](std::string_view text) {
    return with_profile(text, section(*set), ProfileFileKind::credentials);
  };
  edit.owner_only = true;
  return edit_file(edit, memory);
}

Result<Edited> edit(const std::string& path, int generation) {
  FileMemory memory;
  return edit(path, generation, memory);
}

// A file that has held still for long, with an attribute and a mode of its own.
std::string fresh(const TemporaryFolder& folder) {
  const std::string path = folder.write("credentials", "# mine\n[other]\nregion = x\n", 0640);
  if (!replace_generation(path, 1)) std::abort();
  ::setxattr(path.c_str(), "user.mark", "kept", 4, 0);
  const timespec past[] = {{1000000000, 0}, {1000000000, 0}};
  ::utimensat(AT_FDCWD, path.c_str(), past, 0);
  return path;
}

void judge(const std::string& path, const Result<Edited>& edited, Counts& counts) {
  const int generation = generation_in(text_of(path));
  ++counts.faults;
  counts.errors += !edited;
  counts.survived += edited.ok();
  counts.torn += generation != 1 && generation != 2;
  counts.silent += edited.ok() && generation != 2;
  const auto again = edit(path, 2);
  const bool clean = !look_at(draft_path(path, true)) && generation_in(text_of(path)) == 2;
  counts.unhealed += !again || !clean;
}

int calls_of(const char* call) {
  const TemporaryFolder folder;
  const std::string path = fresh(folder);
  arm(call, -1, 0);
  (void)edit(path, 2).ok();
  return disarm();
}

// What each call's failure leads to, one at a time.
void probe(const char* call, Counts& counts) {
  const int calls = calls_of(call);
  std::cout << call << " " << calls << (call == kCalls.back() ? "\n" : ", ");
  for (int nth = 1; nth <= calls; ++nth) {
    for (const int error : kErrors) {
      const TemporaryFolder folder;
      const std::string path = fresh(folder);
      arm(call, nth, error);
      const auto edited = edit(path, 2);
      disarm();
      const Counts before = counts;
      judge(path, edited, counts);
      const bool bad = counts.torn + counts.silent + counts.unhealed >
                       before.torn + before.silent + before.unhealed;
      if (bad) {
        std::cout << "\n"
                  << call << " " << nth << " with " << std::strerror(error) << ": "
                  << (edited ? "no error" : edited.error().message) << "\n";
      }
    }
  }
}

// What a file system or a server may refuse for good, and the file is written all the same.
struct Refusal {
  const char* call;
  int nth;  // -1: the last
  int error;
  const char* remark;
};

constexpr std::array kRefusals{
    Refusal{"fsync", -1, EINVAL, "cannot be synced"},
    Refusal{"fcntl", 1, ENOSYS, "no locks"},
    Refusal{"fcntl", 1, ENOLCK, "no locks"},
    Refusal{"fcntl", 1, EOPNOTSUPP, "no locks"},
    Refusal{"renameat2", 1, EINVAL, "cannot exchange"},
    Refusal{"renameat2", 1, ENOSYS, "cannot exchange"},
    Refusal{"renameat2", 1, EPERM, "cannot exchange"},
    Refusal{"renameat2", 1, EOPNOTSUPP, "cannot exchange"},
};

bool survives(const Refusal& refusal) {
  const TemporaryFolder folder;
  const std::string path = fresh(folder);
  ::chmod(path.c_str(), 0600);
  const int calls = calls_of(refusal.call);
  FileMemory memory;
  arm(refusal.call, refusal.nth < 0 ? calls : refusal.nth, refusal.error);
  const auto edited = edit(path, 2, memory);
  disarm();
  const bool told = memory.remarks.size() == 1 &&
                    memory.remarks.begin()->find(refusal.remark) != std::string::npos;
  const bool survived = edited.ok() && generation_in(text_of(path)) == 2 && told;
  std::cout << refusal.call << " refused with " << std::strerror(refusal.error) << ": "
            << (edited ? "written" : edited.error().message) << "; "
            << (memory.remarks.empty() ? "no remark" : *memory.remarks.begin()) << "\n";
  return survived;
}

int fault() {
  if (arm == nullptr) return 2;
  const bool all = std::all_of(kRefusals.begin(), kRefusals.end(), survives);
  Counts counts;
  std::cout << "calls in one edit: ";
  for (const char* call : kCalls) probe(call, counts);
  std::cout << counts.faults << " faults injected: " << counts.errors
            << " errors with the file whole, " << counts.survived
            << " survived; torn = " << counts.torn << ", silently not written = " << counts.silent
            << ", not repaired by the next edit = " << counts.unhealed << std::endl;
  return all && counts.faults > 80 && counts.errors > 40 &&
                 counts.torn + counts.silent + counts.unhealed == 0
             ? 0
             : 1;
}

}  // namespace
}  // namespace mdh::test

int main() {
  return mdh::test::fault();
}
