// Claims: every finding has a name of its own that stays; what is not well comes first and with a
// cure; people and programs are told the same.
#include "common/report/finding.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace mdh {
namespace {

using Level = Finding::Level;
using Id = FindingId;

std::vector<Finding> some() {
  return worst_first({{Id::config_read, Level::ok, "read"},
                      {Id::clock_off, Level::warning, "off"},
                      {Id::key_unusable, Level::error, "gone", "put it back", true},
                      {Id::file_unwritable, Level::error, "full"}});
}

TEST(FindingTable, NamesEachKindOnceAndInItsPlace) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kFindingCount; ++i) {
    const FindingKind& row = kind(static_cast<Id>(i));
    EXPECT_EQ(row.id, static_cast<Id>(i));
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.meaning.empty());
  }
}

TEST(Findings, TheWorstIsFirstAndHasACure) {
  const auto findings = some();
  EXPECT_EQ(findings[0].id, Id::key_unusable);
  EXPECT_EQ(findings[1].id, Id::file_unwritable);
  EXPECT_EQ(findings[2].id, Id::clock_off);
  EXPECT_EQ(findings[0].hint, "put it back");
  EXPECT_EQ(findings[1].hint, kind(Id::file_unwritable).cure);
  EXPECT_EQ(findings[3].hint, "");
}

TEST(Findings, AreCountedAtTheEnd) {
  EXPECT_EQ(verdict(some()), "2 errors, 1 warning");
  EXPECT_EQ(verdict({{Id::config_read, Level::ok, "read"}}), "nothing is wrong");
}

TEST(Findings, ExitByTheWorst) {
  EXPECT_EQ(exit_status(some()), 78);
  EXPECT_EQ(exit_status({{Id::file_unwritable, Level::error, "full"}}), 1);
  EXPECT_EQ(exit_status({{Id::clock_off, Level::warning, "off"}}), 0);
}

TEST(Findings, AreToldToProgramsByName) {
  const auto document = nlohmann::json::parse(findings_json(some()));
  EXPECT_EQ(document["errors"], 2);
  EXPECT_EQ(document["warnings"], 1);
  EXPECT_EQ(document["exit_status"], 78);
  EXPECT_EQ(document["findings"][0]["id"], "key.unusable");
  EXPECT_EQ(document["findings"][0]["level"], "error");
  EXPECT_EQ(document["findings"][0]["message"], "gone");
  EXPECT_EQ(document["findings"][0]["hint"], "put it back");
}

}  // namespace
}  // namespace mdh
