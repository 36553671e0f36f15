#include "daemon/verbs/aws_files.h"

#include "daemon/system/environment.h"

namespace mdh {
namespace {

std::string from_variable_or_home(const char* variable, const char* path) {
  return expanded(python_expanded(environment_variable(variable).value_or(path)));
}

}  // namespace

std::string aws_credentials_path() {
  return from_variable_or_home("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
}

std::string aws_config_path() {
  return from_variable_or_home("AWS_CONFIG_FILE", "~/.aws/config");
}

}  // namespace mdh
