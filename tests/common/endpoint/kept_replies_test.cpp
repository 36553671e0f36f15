// Goal: what costs much is made once a second, however many ask.
#include "common/endpoint/kept_replies.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

class KeptRepliesTest : public testing::Test {
 protected:
  std::string ask(const std::string& key, milliseconds at) {
    return std::string(kept_
                           .reply(key, BootTime(at),
                                  [this] {
                                    return Reply{200, kPlainText, std::to_string(++made_)};
                                  })
                           .content());
  }
  KeptReplies kept_;
  int made_ = 0;
};

TEST_F(KeptRepliesTest, MakesAReplyOnceASecond) {
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ask("page", milliseconds(5000 + i)), "1") << i;
  EXPECT_EQ(ask("page", milliseconds(6000)), "2");
}

TEST_F(KeptRepliesTest, KeepsWhatDifferentUsersMaySeeApart) {
  EXPECT_EQ(ask("status of all", milliseconds(5000)), "1");
  EXPECT_EQ(ask("status of one", milliseconds(5000)), "2");
  EXPECT_EQ(ask("status of all", milliseconds(5000)), "1");
}

TEST_F(KeptRepliesTest, MakesItAnewAfterAChange) {
  ask("page", milliseconds(5000));
  kept_.forget();
  EXPECT_EQ(ask("page", milliseconds(5000)), "2");
}

TEST_F(KeptRepliesTest, LendsTheBodyAndCopiesTheFields) {
  const auto make = [] {
    return Reply{200, kHtml, "<p>", {}, {{"Referrer-Policy", "no-referrer"}}};
  };
  const Reply first = kept_.reply("page", BootTime(seconds(5)), make);
  const Reply second = kept_.reply("page", BootTime(seconds(5)), make);
  EXPECT_EQ(first.lent.data(), second.lent.data());
  EXPECT_EQ(second.content_type, kHtml);
  EXPECT_EQ(second.headers.size(), 1U);
}

}  // namespace
}  // namespace mdh
