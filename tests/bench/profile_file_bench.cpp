// One replacement of a profile file (temporary file, owner, mode, attributes, fsync, look,
// exchange, fsync of the folder) and one whole edit (lock, look, read, parse, edit, replacement)
// beside the bare write + fsync + rename + fsync of the folder, turn about in one run. The wait for
// a file to settle is left out: the file is made to look old. Goal: the replacement within 1.3
// times. The folder is TMPDIR's.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "daemon/profile_file/edit_file.h"
#include "daemon/profile_file/replace_file.h"
#include "tests/proofs/generation.h"
#include "tests/support/temporary_folder.h"

namespace mdh::test {
namespace {

using Microseconds = std::chrono::duration<double, std::micro>;

void must(bool holds) {
  if (!holds) std::abort();
}

void bare(const TemporaryFolder& folder, const std::string& text) {
  const std::string path = folder.path("bare"), fresh = folder.path("bare.new");
  FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  must(::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  must(::fsync(file.get()) == 0);
  must(::rename(fresh.c_str(), path.c_str()) == 0);
  file.reset();
  const FileDescriptor around(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  must(::fsync(around.get()) == 0);
}

void edit(const std::string& path, FileMemory& memory, const Credentials& set) {
  const FileEdit work{path,
                      [&](std::string_view text) {
                        return with_profile(text, section(set), ProfileFileKind::credentials);
                      },
                      {}};
  const auto edited = edit_file(work, memory);
  must(edited && *edited == Edited::replaced);
}

void replacement(const std::string& path, const std::string& text) {
  Remarks remarks;
  const auto placed = replace_file({path, path + ".mdh-new", look_at(path)}, text, remarks);
  must(placed && *placed == Placed::in_place);
}

void make_look_old(const std::string& path) {
  const timespec past[] = {{1000000000, 0}, {1000000000, 0}};
  must(::utimensat(AT_FDCWD, path.c_str(), past, 0) == 0);
}

template <typename Work>
double time_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return Microseconds(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

std::string file_of(std::size_t size) {
  std::string text = "# mine\n[other]\nregion = x\n";
  for (int i = 0; text.size() + 1500 < size; ++i) {
    text += "\n[p" + std::to_string(i) + "]\naws_access_key_id = AKIDEXAMPLE\n";
    text += "aws_secret_access_key = " + std::string(40, 's') + "\n";
    text += "aws_session_token = " + std::string(1000, 't') + "\n";
  }
  return text;
}

void compare(std::size_t size, int rounds) {
  const TemporaryFolder folder;
  const std::string path = folder.write("credentials", file_of(size));
  must(replace_generation(path, 0));
  const std::string same(std::filesystem::file_size(path), 'b');
  bare(folder, same);
  const std::string alone = folder.write("alone", same);
  std::vector<double> ours, whole, theirs;
  FileMemory memory;
  for (int i = 1; i <= rounds; ++i) {
    theirs.push_back(time_of([&] { bare(folder, same); }));
    make_look_old(path);
    const CredentialsPtr set = credentials(i);
    ours.push_back(time_of([&] { replacement(alone, same); }));
    whole.push_back(time_of([&] { edit(path, memory, *set); }));
  }
  const double yardstick = median(theirs);
  std::printf("%8zu bytes: replacement %8.0f us, bare %8.0f us, ratio %.2f; whole edit %.2f (%d)\n",
              same.size(), median(ours), yardstick, median(ours) / yardstick,
              median(whole) / yardstick, rounds);
}

}  // namespace
}  // namespace mdh::test

int main() {
  std::puts(
      "one replacement, and the whole edit with lock, read and parse, beside the bare write + "
      "fsync "
      "+ rename + folder fsync of the same bytes; without the wait for the file to settle");
  mdh::test::compare(1 << 10, 400);
  mdh::test::compare(100 << 10, 300);
  mdh::test::compare(5 << 20, 60);
}
