#include "common/report/page_snippets.h"

#include "common/report/environment_lines.h"

namespace mdh {
namespace {

// `what` names the lines to a screen reader and on the copy button.
Html code(Markup say, const std::string& what, const std::string& text) {
  return "<div class=\"code\" data-what=\"" + Html::text(what) + "\"><p>" + Html(say) +
         "</p><pre tabindex=\"0\" role=\"region\" aria-label=\"" + Html::text(what) + "\">" +
         Html::text(text) + "</pre></div>\n";
}

EnvironmentChange environment_of(const ProfileState& profile, const PageContext& context) {
  ChildWish wish;
  wish.base_url = context.base_url;
  wish.profile = profile.name;
  wish.token_file = context.token_file;
  wish.region = profile.region;
  wish.athena = profile.athena;
  if (!context.imds) wish.form = ChildWish::Form::container;
  return child_environment(wish);
}

std::string drivers(const ProfileState& profile) {
  std::string text = "AwsRegion=" + profile.region + ";CredentialsProvider=DefaultChain";
  const AthenaConfig& athena = profile.athena;
  if (!athena.database.empty()) text += ";Database=" + athena.database;
  if (!athena.workgroup.empty()) text += ";WorkGroup=" + athena.workgroup;
  if (!athena.output.empty()) text += ";OutputLocation=" + athena.output;
  return text + "\n";
}

// PyAthena and awswrangler find workgroup and output in the environment above.
Html athena(const ProfileState& profile) {
  if (profile.athena.empty()) return Html();
  const std::string& name = profile.name;
  const std::string& database = profile.athena.database;
  const std::string schema = database.empty() ? "" : ", schema_name=\"" + database + "\"";
  Html text =
      code("PyAthena, after the Python lines above:", "PyAthena for " + name,
           "from pyathena import connect\ncursor = connect(region_name=\"" + profile.region + "\"" +
               schema + ").cursor()\ncursor.execute(\"SHOW TABLES\").fetchall()\n");
  text += code("awswrangler, after the same:", "awswrangler for " + name,
               "import awswrangler as wr\nwr.athena.read_sql_query(\"SHOW TABLES\", "
               "ctas_approach=False)\n");
  if (!profile.athena.derived) return text;
  return text +
         "<p>Database, workgroup and output are derived from the project's code, by a rule "
         "that was observed and is documented nowhere. Designer shows the true ones under "
         "Settings, Export Explorer, External Applications.</p>\n";
}

std::string commands(const std::string& name) {
  return "eval \"$(mdh-credentials env --profile " + name + ")\"\nmdh-credentials exec --profile " +
         name + " -- aws sts get-caller-identity\n";
}

}  // namespace

Html page_snippets(const ProfileState& profile, const PageContext& context) {
  const std::string& name = profile.name;
  const EnvironmentChange change = environment_of(profile, context);
  Html text = "<details id=\"use-" + Html::text(name) + "\"><summary>Use this profile</summary>";
  text += code("For a shell, or for one command:", "commands for " + name, commands(name));
  text += code("In a running Python notebook, where it then lives for days:", "Python for " + name,
               environment_lines(change, Shell::python) +
                   "import boto3\nboto3.client(\"sts\").get_caller_identity()\n");
  text += code("In R (paws, noctua, RAthena):", "R for " + name, r_lines(change));
  text +=
      code("For Athena's JDBC and ODBC drivers, started in the shell above:", "JDBC for " + name,
           drivers(profile));
  text += athena(profile);
  if (profile.file.condition == FileCondition::written) {
    text += code("By name, from the AWS profile file, in new sessions:", "profile " + name,
                 "aws --profile " + name + " sts get-caller-identity\n");
  }
  return text +
         code("The lines behind it, for any shell, SDK and tool:", "environment for " + name,
              environment_lines(change, Shell::sh)) +
         "</details>\n";
}

}  // namespace mdh
