// A writer is killed at random moments, and a reader looks all the while: the file is always the
// whole old or the whole new one.
#include <signal.h>
#include <sys/wait.h>

#include <iostream>
#include <random>
#include <thread>

#include "tests/proofs/generation.h"
#include "tests/support/temporary_folder.h"

namespace mdh::test {
namespace {

pid_t start_writer(const std::string& path, int generation) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  for (;;) {
    if (!replace_generation(path, ++generation)) ::_exit(1);
  }
}

int crash(int kills) {
  const TemporaryFolder folder;
  const std::string path = folder.write("credentials", "# mine\n[other]\nregion = x\n");
  if (!replace_generation(path, 0)) return 1;
  std::mt19937 random(20240229);
#ifdef __SANITIZE_THREAD__  // in which a rewrite takes ten times as long
  std::uniform_int_distribution<int> moment(0, 20000);
#else
  std::uniform_int_distribution<int> moment(0, 2000);
#endif
  long torn = 0, failed = 0, left = 0, steps = 0;
  int last = 0;
  for (int i = 0; i < kills; ++i) {
    const pid_t child = start_writer(path, last);
    std::this_thread::sleep_for(std::chrono::microseconds(moment(random)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    failed += WIFEXITED(status);
    left += look_at(sibling(path, "new")).has_value();
    const int now = generation_in(text_of(path));
    torn += now < last;
    steps += now - last;
    last = now;
  }
  std::cout << kills << " kills, " << steps << " rewrites between, " << left
            << " drafts left and taken away by the next, torn or lost = " << torn
            << ", failed = " << failed << std::endl;
  const bool clean = replace_generation(path, last + 1) && !look_at(sibling(path, "new"));
  return torn == 0 && failed == 0 && left > 0 && steps > kills / 20 && clean ? 0 : 1;
}

}  // namespace
}  // namespace mdh::test

int main(int count, char** words) {
  return mdh::test::crash(count > 1 ? std::atoi(words[1]) : 3000);
}
