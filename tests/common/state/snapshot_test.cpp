#include "common/state/snapshot.h"

#include <gtest/gtest.h>

#include "tests/support/refresh_bench.h"

namespace mdh {
namespace {

constexpr WallTime kWall{seconds(1'800'000'000)};
constexpr Now kNow{BootTime(seconds(1000)), kWall};

Config config() {
  return bench::config({{"lab", 2}, {"clinic", 1}});
}

State state() {
  State made;
  made.accounts = {{"lab", milliseconds(1'799'999'000'123)}, {"clinic", std::nullopt}};
  for (const char* name : {"lab-0", "lab-1", "clinic-0"}) {
    ProfileState profile;
    profile.name = name;
    profile.credentials = bench::credentials(kWall + seconds(3600), kWall, name);
    profile.life =
        SetLife{kNow, seconds(3600), seconds(900), milliseconds(12), milliseconds(9), true};
    profile.refreshed_at = kWall + milliseconds(7);
    made.profiles.push_back(profile);
  }
  made.profiles[1].credentials.reset();
  return made;
}

std::string written(const State& from = state()) {
  return std::string(write_snapshot(config(), from, {"boot-1", kNow}).reveal());
}

TEST(Snapshot, BringsBackEverySetWithItsIdentity) {
  const auto read = read_snapshot(written(), "boot-1");
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->entries.size(), 2u);
  const SnapshotEntry& entry = read->entries[1];
  EXPECT_EQ(entry.profile, "clinic-0");
  EXPECT_EQ(entry.identity,
            project_identity(config().accounts[1], config().accounts[1].projects[0]));
  EXPECT_EQ(entry.credentials->access_key_id, "clinic-0");
  EXPECT_EQ(entry.credentials->secret_access_key.reveal(), "secret");
  EXPECT_EQ(entry.credentials->session_token.reveal(), "session");
  EXPECT_EQ(entry.credentials->expiration, kWall + seconds(3600));
  EXPECT_EQ(entry.credentials->received, kWall);
  EXPECT_EQ(entry.life, state().profiles[2].life);
  EXPECT_EQ(read->written.boot, kNow.boot);
  EXPECT_EQ(read->written.wall, kNow.wall);
  EXPECT_EQ(read->accounts[0].identity, account_identity(config().accounts[0]));
  EXPECT_EQ(entry.refreshed_at, kWall + milliseconds(7));
  EXPECT_EQ(read->accounts[0].upstream_since_boot, milliseconds(1'799'999'000'123));
  EXPECT_FALSE(read->accounts[1].upstream_since_boot);
}

TEST(Snapshot, OfAnotherBootIsRefused) {
  const auto read = read_snapshot(written(), "boot-2");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().error_class, ErrorClass::storage);
  EXPECT_NE(read.error().message.find("another boot"), std::string::npos);
}

TEST(Snapshot, WithAnyBitFlippedIsRefused) {
  const std::string good = written();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    ASSERT_FALSE(read_snapshot(bad, "boot-1").ok()) << i;
  }
}

TEST(Snapshot, CutOffAnywhereOrWithMoreBehindIsRefused) {
  const std::string good = written();
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(read_snapshot(good.substr(0, size), "boot-1").ok()) << size;
  }
  EXPECT_FALSE(read_snapshot(good + "x", "boot-1").ok());
}

TEST(Snapshot, OfAnotherVersionIsRefusedByName) {
  std::string other = written();
  other[other.find('2')] = '1';
  const auto read = read_snapshot(other, "boot-1");
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message.find("version"), std::string::npos);
}

// Sums and differences of such times would overflow.
TEST(Snapshot, WithTimesThatCannotBeIsRefused) {
  const auto absurd = [](auto change) {
    State changed = state();
    change(changed);
    return read_snapshot(written(changed), "boot-1");
  };
  for (const milliseconds time : {milliseconds::max(), milliseconds::min()}) {
    for (const auto& read :
         {absurd([&](State& one) { one.accounts[0].upstream_since_boot = time; }),
          absurd([&](State& one) { one.profiles[0].life.whole = time; }),
          absurd([&](State& one) { one.profiles[0].life.doubted = time; }),
          absurd([&](State& one) { one.profiles[0].life.dated_lost = time; }),
          absurd([&](State& one) { one.profiles[0].life.wall_lost = time; }),
          absurd([&](State& one) { one.profiles[0].life.asked.boot = BootTime(time); }),
          absurd([&](State& one) { one.profiles[0].life.asked.wall = WallTime(time); }),
          absurd([&](State& one) { one.profiles[0].refreshed_at = WallTime(time); })}) {
      ASSERT_FALSE(read.ok());
      EXPECT_NE(read.error().message.find("times"), std::string::npos);
    }
  }
}

TEST(Snapshot, ErrorsTellNoSecret) {
  const auto read = read_snapshot(written(), "elsewhere");
  EXPECT_EQ(read.error().message.find("secret"), std::string::npos);
  EXPECT_EQ(read.error().message.find("boot-1"), std::string::npos);
}

TEST(Snapshot, TakesFromAnOlderOneOnlyWhatItLacks) {
  State older = state();
  older.accounts[1].upstream_since_boot = milliseconds(5);
  older.profiles[0].credentials = bench::credentials(kWall + seconds(60), kWall, "an older set");
  older.profiles[1].credentials = older.profiles[0].credentials;
  Snapshot newer = read_snapshot(written(), "boot-1").value();
  add_older(newer, read_snapshot(written(older), "boot-1").value());
  ASSERT_EQ(newer.entries.size(), 3u);
  EXPECT_EQ(newer.entries[0].credentials->access_key_id, "lab-0");
  EXPECT_EQ(newer.entries[2].profile, "lab-1");
  EXPECT_EQ(newer.entries[2].credentials->access_key_id, "an older set");
  EXPECT_EQ(newer.accounts.front().upstream_since_boot, milliseconds(1'799'999'000'123));
  EXPECT_EQ(newer.accounts.back().upstream_since_boot, milliseconds(5));
  Snapshot none;
  add_older(none, newer);
  EXPECT_EQ(none.boot_id, "boot-1");
  EXPECT_EQ(none.entries.size(), 3u);
}

TEST(Snapshot, IdentityChangesWithWhatDecidesWhoseKeysTheyAre) {
  const AccountConfig account = config().accounts[0];
  const ProjectConfig project = account.projects[0];
  const std::string identity = project_identity(account, project);
  const auto differs = [&](auto change) {
    AccountConfig other = account;
    ProjectConfig another = project;
    change(other, another);
    return project_identity(other, another) != identity;
  };
  EXPECT_TRUE(differs([](auto& a, auto&) { a.service_account += "x"; }));
  EXPECT_TRUE(differs([](auto& a, auto&) { a.token_url += "x"; }));
  EXPECT_TRUE(differs([](auto& a, auto&) { a.audience += "x"; }));
  EXPECT_TRUE(differs([](auto&, auto& p) { p.project_code += "x"; }));
  EXPECT_TRUE(differs([](auto&, auto& p) { p.project_id += "x"; }));
  EXPECT_TRUE(differs([](auto&, auto& p) { p.exchange_url += "x"; }));
  EXPECT_TRUE(differs([](auto&, auto& p) { std::swap(p.project_code, p.project_id); }));
  EXPECT_FALSE(differs([](auto& a, auto& p) { a.name += "x", p.profile += "x", p.region = "x"; }));
}

TEST(Snapshot, CarriesTheRecordOfHandOuts) {
  const std::vector<HandOut> record{
      {1001, "lab-0", "container", 3, kNow.wall, kNow.wall + seconds(9)},
      {0xffffffff, "lab-1", "imds", 1, kNow.wall, kNow.wall}};
  const Secret bytes = write_snapshot(config(), state(), {"boot-1", kNow}, record);
  Snapshot read = read_snapshot(bytes.reveal(), "boot-1").value();
  EXPECT_EQ(read.hand_outs, record);
  Snapshot older;
  older.hand_outs = {record[1]};
  add_older(read, older);
  EXPECT_EQ(read.hand_outs, record) << "the newer process counted on from the older one's";
}

}  // namespace
}  // namespace mdh
