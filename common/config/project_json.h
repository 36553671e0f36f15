// A project of the configuration, read from its JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/config/json_reader.h"

namespace mdh {

// read_project() reads the object, and checks that its keys go together.
Done read_project(const Place& at, ProjectConfig& out);
// append_project_keys() adds the path of every key there is, each after the prefix.
void append_project_keys(std::vector<std::string>& all, const std::string& prefix);

}  // namespace mdh
