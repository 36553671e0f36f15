// Goal: names are asked off the loop and told by a bell; what nobody has is told as such.
#include "daemon/endpoint/name_service.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace mdh {
namespace {

NamesPtr next(NameService& names) {
  pollfd bell{names.event_fd(), POLLIN, 0};
  if (poll(&bell, 1, 60000) != 1) return nullptr;
  return names.answer();
}

TEST(NameService, TellsUidsGroupsAndWhatNobodyHas) {
  NameService names;
  names.ask({{"root", "no-such-user"}, {"daemon", "no-such-group"}, true});
  const NamesPtr told = next(names);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->users.at("root"), 0U);
  EXPECT_EQ(told->users.at("no-such-user"), std::nullopt);
  EXPECT_EQ(told->groups.at("daemon"), 1U);
  EXPECT_EQ(told->groups.at("no-such-group"), std::nullopt);
}

TEST(NameService, TellsWhoAUidIsAndTheGroups) {
  NameService names;
  names.ask_about(0);
  const NamesPtr first = next(names);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->people.at(0).name, "root");
  EXPECT_EQ(first->people.at(0).groups.front(), 0U);
  names.ask_about(3'999'999'999);
  const NamesPtr second = next(names);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->people.at(3'999'999'999).name, "");
  EXPECT_EQ(second->people.at(0).name, "root") << "who was asked about stays known";
}

TEST(NameService, AsksAgainByItself) {
  NameService names(milliseconds(1));
  names.ask({{"root"}, {}, false});
  ASSERT_TRUE(next(names));
  ASSERT_TRUE(next(names));
  ASSERT_TRUE(next(names));
}

TEST(NameService, KeepsOutWhatIsNoLongerAsked) {
  NameService names;
  names.ask({{"root"}, {}, false});
  ASSERT_TRUE(next(names));
  names.ask({{"daemon"}, {}, false});
  const NamesPtr told = next(names);
  ASSERT_TRUE(told);
  EXPECT_FALSE(told->users.contains("root"));
  EXPECT_EQ(told->users.at("daemon"), 1U);
}

}  // namespace
}  // namespace mdh
