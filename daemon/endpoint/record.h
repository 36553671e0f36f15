// The record of who was given credentials: the table, and a line in the log for a profile's first
// hand-out to a user each day. A line waits for the user's name, which the name service may still
// be asked for. The loop's thread only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/endpoint/hand_outs.h"
#include "common/endpoint/route.h"

namespace mdh {

class Record {
 public:
  // `name_of` is a user's name, empty where it is not known (yet).
  explicit Record(std::function<std::string(std::uint32_t user)> name_of)
      : name_of_(std::move(name_of)) {}

  // gave() notes a hand-out; true when a line waits for the user's name.
  bool gave(const HandOut& given, Route route);
  // tell() logs the lines whose users are known by name; with `all` the others, too, without one.
  void tell(bool all = false);
  // users_json() is GET /users' document.
  std::string users_json() const;
  HandOuts& table() { return table_; }
  const HandOuts& table() const { return table_; }

 private:
  struct Line {
    std::uint32_t user;
    std::string profile;
    Route route;
  };

  std::function<std::string(std::uint32_t user)> name_of_;
  HandOuts table_;
  std::vector<Line> waiting_;
};

}  // namespace mdh
