// A writer is killed at random moments, and a reader looks all the while: the file is always the
// whole old or the whole new one.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
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

// On a slow disk a writer that is killed soon has rewritten nothing: then it is given longer.
class Moments {
 public:
  std::chrono::microseconds next(bool rewrote) {
    longest_ = rewrote ? std::max(longest_ * 3 / 4, kShortest) : longest_ * 5 / 4;
    return std::chrono::microseconds(std::uniform_int_distribution<long>(0, longest_)(random_));
  }

 private:
  static constexpr long kShortest = 2000;
  std::mt19937 random_{20240229};
  long longest_ = kShortest;
};

struct Counts {
  long kills = 0, torn = 0, failed = 0, drafts = 0, rewrites = 0;

  // However slow the disk: until kills have met rewrites under way often enough.
  bool enough(long wanted) const {
    return kills >= wanted && rewrites > wanted / 20 && drafts > wanted / 100;
  }
};

int crash(long wanted) {
  const TemporaryFolder folder;
  const std::string path = folder.write("credentials", "# mine\n[other]\nregion = x\n");
  if (!replace_generation(path, 0)) return 1;
  Moments moments;
  Counts counts;
  bool rewrote = true;
  for (int last = 0; !counts.enough(wanted) && counts.torn + counts.failed == 0; ++counts.kills) {
    const pid_t child = start_writer(path, last);
    std::this_thread::sleep_for(moments.next(rewrote));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    counts.failed += WIFEXITED(status);
    counts.drafts += look_at(draft_path(path, true)).has_value();
    const int now = generation_in(text_of(path));
    counts.torn += now < last;
    rewrote = now > last;
    counts.rewrites += now - last;
    last = now;
  }
  std::cout << counts.kills << " kills, " << counts.rewrites << " rewrites between, "
            << counts.drafts
            << " drafts left and taken away by the next, torn or lost = " << counts.torn
            << ", failed = " << counts.failed << std::endl;
  const bool clean = replace_generation(path, 1 << 20) && !look_at(draft_path(path, true));
  return counts.torn + counts.failed == 0 && clean ? 0 : 1;
}

}  // namespace
}  // namespace mdh::test

int main(int count, char** words) {
  return mdh::test::crash(count > 1 ? std::atol(words[1]) : 3000);
}
