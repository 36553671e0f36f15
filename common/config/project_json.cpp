#include "common/config/project_json.h"

#include "common/config/athena.h"
#include "common/config/json_members.h"

namespace mdh {
namespace {

bool is_s3_place(std::string_view text) {
  return is_line(text) && text.starts_with("s3://") && text.size() > 5;
}
constexpr TextRule kS3Place{is_s3_place, "s3://BUCKET/PATH on one line"};

constexpr Key<AthenaConfig> kAthenaKeys[] = {
    {"database", text<&AthenaConfig::database, kLine>},
    {"workgroup", text<&AthenaConfig::workgroup, kLine>},
    {"output", text<&AthenaConfig::output, kS3Place>},
};

Done read_athena(const Place& at, ProjectConfig& out) {
  if (at.node.kind == JsonNode::Kind::object) return read_object(at, kAthenaKeys, out.athena);
  out.athena.derived = at.node.text == "derived";
  if (out.athena.derived) return done();
  return must_be(at, "\"derived\", or an object of database, workgroup and output");
}

constexpr Key<ProjectConfig> kProjectKeys[] = {
    {"profile", text<&ProjectConfig::profile, kProfile>, kRequired},
    {"project_code", text<&ProjectConfig::project_code, kLine>},
    {"project_id", text<&ProjectConfig::project_id, kIdentifier>},
    {"exchange_url", text_or_empty<&ProjectConfig::exchange_url, kUpstreamUrl>},
    {"authorization_scheme", text<&ProjectConfig::authorization_scheme, kScheme>},
    {"region", text<&ProjectConfig::region, kRegion>},
    {"allowed_users", users<&ProjectConfig::allowed_users>},
    {"athena", read_athena},
};

// It must be plain which of upstream's two shapes a project has (explorer, designer).
Done check_shape(const Place& at, const ProjectConfig& project) {
  const bool code = !project.project_code.empty();
  const bool id = !project.project_id.empty();
  if (!code && !id) {
    return config_fault(at.file, at.path + " must have a project_code or a project_id",
                        "project_code is RK.<organisation>.<name>; project_id is Designer's");
  }
  if (code && id && project.exchange_url.empty()) {
    return config_fault(at.file, at.path + " must have project_code or project_id, not both",
                        "both are allowed together with exchange_url");
  }
  if (!id && project.exchange_url.find("{project_id}") != std::string::npos) {
    return config_fault(at.file, at.path + ".project_id is missing; exchange_url asks for it");
  }
  return done();
}

Done derive_athena(const Place& at, ProjectConfig& project) {
  if (!project.athena.derived) return done();
  auto derived = derived_athena(project.project_code);
  if (!derived) {
    return config_fault(at.file,
                        at.path +
                            ".athena is \"derived\", which wants a project_code of the form "
                            "RK.<organisation>.<name>",
                        "Designer shows the names under Settings, Export Explorer, External "
                        "Applications: give them as an object");
  }
  project.athena = *std::move(derived);
  return done();
}

}  // namespace

Done read_project(const Place& at, ProjectConfig& out) {
  if (Done read = read_object(at, kProjectKeys, out); !read) return read;
  if (Done checked = check_shape(at, out); !checked) return checked;
  return derive_athena(at, out);
}

void append_project_keys(std::vector<std::string>& all, const std::string& prefix) {
  append_keys(all, prefix, kProjectKeys);
  append_keys(all, prefix + "athena.", kAthenaKeys);
}

}  // namespace mdh
