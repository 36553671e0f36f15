// Claims: the verbs believe their own user's daemon and the machine's, by whichever way they came
// to run, and never another user's; what is named is believed on its peer alone.
#include "common/endpoint/trust.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

constexpr std::uint32_t kAnna = 1000, kBen = 1001, kDaemon = 61234, kOverflow = 65534;

std::vector<FolderFact> below_root(std::vector<FolderFact> more) {
  more.insert(more.begin(), {"/", 0, 0755, false});
  return more;
}

std::vector<FolderFact> login_of(std::uint32_t uid) {
  const std::string folder = "/run/user/" + std::to_string(uid);
  return below_root({{"/run", 0, 0755},
                     {"/run/user", 0, 0755},
                     {folder, uid, 0700},
                     {folder + "/mdh-credentials", uid, 0700}});
}

std::vector<FolderFact> in_run(const std::string& name, std::uint32_t owner, unsigned mode = 0755) {
  return below_root({{"/run", 0, 0755}, {"/run/" + name, owner, mode}});
}

struct Row {
  const char* what;
  SocketFact socket;
  Asker asker;
  std::string doubt;
};

TEST(Trust, HoldsForWhoeverAsksAndWhateverIsThere) {
  const Row kRows[] = {
      {"a login's own daemon", {login_of(kAnna), kAnna, kAnna}, {kAnna, {}}, ""},
      {"a user unit's socket", {login_of(kAnna), kAnna, kAnna}, {kAnna, {}}, ""},
      {"root, by su, with a user's XDG_RUNTIME_DIR",
       {login_of(kAnna), kAnna, kAnna},
       {0, {}},
       "/run/user/1000 belongs to uid 1000"},
      {"another user's XDG_RUNTIME_DIR",
       {login_of(kBen), kBen, kBen},
       {kAnna, {}},
       "/run/user/1001 belongs to uid 1001"},
      {"a socket in one's own folder at which another listens",
       {login_of(kAnna), kAnna, kBen},
       {kAnna, {}},
       "uid 1001 listens there"},
      {"the system unit's socket, made by root's systemd",
       {in_run("mdh-credentials", 0), 0, 0},
       {kAnna, {}},
       ""},
      {"a daemon whose folder in /run root gave to its user",
       {in_run("mdh-credentials", kDaemon), kDaemon, kDaemon},
       {kAnna, {}},
       ""},
      {"the same, at which yet another user listens",
       {in_run("mdh-credentials", kDaemon), kDaemon, kBen},
       {kAnna, {}},
       "uid 1001 listens there"},
      {"a folder in /run into which anybody may write",
       {in_run("mdh-credentials", 0, 0777), 0, 0},
       {kAnna, {}},
       "others may write to /run/mdh-credentials"},
      {"the template unit's socket, given to its user by the unit",
       {in_run("mdh-credentials@anna", 0), kAnna, 0},
       {kAnna, {}},
       ""},
      {"a folder of root's in a sticky one",
       {below_root({{"/tmp", 0, 01777}, {"/tmp/x", kAnna, 0700}}), kAnna, kAnna},
       {kAnna, {}},
       ""},
      {"a folder that a stranger made beforehand in a sticky one",
       {below_root({{"/tmp", 0, 01777}, {"/tmp/x", kBen, 0777}}), kAnna, kAnna},
       {kAnna, {}},
       "/tmp/x belongs to uid 1001"},
      {"a world-writable folder that is not sticky",
       {below_root({{"/srv", 0, 0777}, {"/srv/x", kAnna, 0700}}), kAnna, kAnna},
       {kAnna, {}},
       "others may write to /srv"},
      {"a sticky one that is a stranger's",
       {below_root({{"/srv", kAnna, 01777}, {"/srv/x", kAnna, 0700}}), kAnna, kAnna},
       {kAnna, {}},
       "others may write to /srv"},
      {"a state folder of a user with a private group",
       {below_root({{"/home", 0, 0755}, {"/home/anna", kAnna, 0770, true}}), kAnna, kAnna},
       {kAnna, {}},
       ""},
      {"one of a group that has others",
       {below_root({{"/home", 0, 0755}, {"/home/anna", kAnna, 0770, false}}), kAnna, kAnna},
       {kAnna, {}},
       "others may write to /home/anna"},
      {"a named socket of the caller", {{}, kAnna, kAnna, true}, {kAnna, {}}, ""},
      {"a named socket of the machine", {{}, 0, 0, true}, {kAnna, {}}, ""},
      {"a named socket whose owner listens", {{}, kBen, kBen, true}, {kAnna, {}}, ""},
      {"a named socket at which a stranger listens",
       {{}, kAnna, kBen, true},
       {kAnna, {}},
       "uid 1001 listens there"},
      {"a named socket wherever it lies", {login_of(kBen), kBen, kBen, true}, {kAnna, {}}, ""},
      {"a rootless container with the user's socket mounted in /run",
       {in_run("mdh-credentials", 0), 0, 0},
       {0, kOverflow},
       ""},
      {"a container with the machine's socket mounted: its root is nobody there",
       {below_root({{"/run", 0, 0755}, {"/run/mdh-credentials", kOverflow, 0755}}), kOverflow,
        kOverflow},
       {0, kOverflow},
       ""},
      {"unshare -Ur: the machine's folders are nobody's, the caller is root",
       {{{"/", kOverflow, 0755},
         {"/run", kOverflow, 0755},
         {"/run/user", kOverflow, 0755},
         {"/run/user/1000", 0, 0700},
         {"/run/user/1000/mdh-credentials", 0, 0700}},
        0,
        0},
       {0, kOverflow},
       ""},
      {"nobody is root's name in a user namespace alone",
       {login_of(kOverflow), kOverflow, kOverflow},
       {kAnna, {}},
       "/run/user/65534 belongs to uid 65534"},
  };
  for (const Row& row : kRows) EXPECT_EQ(distrust(row.socket, row.asker), row.doubt) << row.what;
}

}  // namespace
}  // namespace mdh
