// Field bug 9, one step further: what was freed is overwritten, whoever made the copy.
#include "daemon/system/wiped_heap.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/upstream/token_exchange.h"
#include "tests/support/memory_trace.h"

namespace mdh {
namespace {

TEST(WipedHeap, OverwritesAStringThatWasForgotten) {
  if (!kHeapIsWiped) GTEST_SKIP() << "a sanitizer brings its own heap";
  const test::Trace trace(1);
  auto text = std::make_unique<std::string>(trace.secret().reveal());
  EXPECT_EQ(trace.copies_in_memory(), 1);
  text->append(1000, 'x');
  text.reset();
  EXPECT_EQ(trace.copies_in_memory(), 0);
}

TEST(WipedHeap, OverwritesWhatAParserLeavesBehind) {
  if (!kHeapIsWiped) GTEST_SKIP() << "a sanitizer brings its own heap";
  const test::Trace trace(2);
  UpstreamReply reply{200, {}, Secret("{\"access_token\":\"")};
  reply.body.append(trace.secret().reveal());
  reply.body.append("\",\"expires_in\":60}");
  {
    const auto token = read_token(AccountConfig{}, std::move(reply), RoundTrip{});
    ASSERT_TRUE(token.ok());
    EXPECT_EQ(trace.copies_in_memory(), 1);
  }
  EXPECT_EQ(trace.copies_in_memory(), 0);
}

}  // namespace
}  // namespace mdh
