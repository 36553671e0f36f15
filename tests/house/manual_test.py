"""Goal: the manual tells the truth. Every verb, option, configuration key, route, metric, log field and exit status
of the program is in mdh-credentials(1) or mdh-credentials.json(5), and these name no option that does not exist; the
completion offers the same options."""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT, PROGRAM = pathlib.Path(sys.argv[1]), sys.argv[2]
PACKAGING = ROOT / "packaging"
VERBS = "setup serve once check key status wait refresh process env exec rotate-token".split()


def plain(name):
    """plain() is a manual page without its font changes, so that words can be looked for."""
    text = (PACKAGING / name).read_text().replace(r"\-", "-")
    return re.sub(r"\\f[BRIP]", "", text)


def help_of(*words):
    return subprocess.run([PROGRAM, *words, "--help"], capture_output=True, text=True, check=True).stdout


def options_of(text):
    return set(re.findall(r"--[a-z][a-z-]*", text))


def source(pattern):
    return "\n".join(path.read_text() for path in sorted(ROOT.glob(pattern)))


class ManualTest(unittest.TestCase):
    def setUp(self):
        self.program, self.configuration = plain("mdh-credentials.1"), plain("mdh-credentials.json.5")
        self.offered = set().union(*(options_of(help_of(verb)) for verb in VERBS), options_of(help_of()))

    def test_every_verb_is_there(self):
        for verb in VERBS:
            self.assertRegex(self.program, rf"(?m)^\.B {verb}$")

    def test_options_are_those_of_the_program(self):
        named = options_of(re.sub(r"python3 -c .*|aws s3 .*|systemctl --user|--now", "", self.program))
        self.assertEqual(named, self.offered)

    def test_completion_offers_every_option_of_each_verb(self):
        for verb in VERBS:
            done = subprocess.run([PROGRAM, "complete", "--", verb, "--"], capture_output=True, text=True, check=True)
            offered = {line.split("\t")[0] for line in done.stdout.splitlines()}
            self.assertEqual(offered, options_of(help_of(verb)), verb)

    def test_every_configuration_key_is_there(self):
        text = (ROOT / "common/config/from_json.cpp").read_text()
        keys = set(re.findall(r'\{"([a-z][a-z0-9_]+)",', text))
        self.assertGreater(len(keys), 20)
        for key in keys:
            self.assertRegex(self.configuration, rf"\b{key}\b")

    def test_every_route_is_there(self):
        names = (ROOT / "common/endpoint/route.cpp").read_text().split("kNames{", 1)[1].split("};", 1)[0]
        routes = re.findall(r'"([^"]+)"', names)
        self.assertGreater(len(routes), 12)
        for route in routes:
            if "{other}" not in route:
                self.assertIn(route, self.program)

    def test_every_metric_is_there(self):
        metrics = re.findall(r'"((?:mdh_credentials|process)_\w+)"', source("common/report/metrics.cpp"))
        self.assertGreater(len(metrics), 10)
        for name in metrics:
            self.assertIn(name, self.program)

    def test_every_finding_is_there(self):
        names = re.findall(r'\{Id::\w+, "([a-z_.]+)"', source("common/report/finding.cpp"))
        self.assertGreater(len(names), 30)
        for name in names:
            self.assertRegex(self.program, rf"(?m)^{re.escape(name)} ")

    def test_every_field_of_the_journal_is_there(self):
        fields = set(re.findall(r'\{"(MDH_[A-Z]+)", ', source("daemon/**/*.cpp")))
        self.assertIn("MDH_PROFILE", fields)
        for field in fields:
            self.assertIn(field, self.program)

    def test_every_line_of_the_log_is_there(self):
        said = re.findall(r'log_line\(\s*LogLevel::\w+,\s*(?:[\w.]+ \+ )*"([^"]{6,})"', source("daemon/**/*.cpp"))
        self.assertGreater(len(said), 8)
        for line in said:
            start = re.split(r" MDH_VERSION|: $|, $| $", line)[0].strip()
            self.assertIn(start, self.program)

    def test_every_variable_is_there(self):
        asked = set(re.findall(r'"((?:MDH|RKS|AWS)_[A-Z_]+)"', source("daemon/**/*.cpp") + source("common/config/*.cpp")))
        self.assertGreater(len(asked), 15)
        known = self.program + self.configuration + source("common/report/child_environment.cpp")
        for name in asked - set(re.findall(r'\{"(MDH_[A-Z]+)", ', source("daemon/**/*.cpp"))):
            self.assertIn(name, known)

    def test_the_administrators_page_names_only_what_there_is(self):
        page = plain("mdh-credentials-server.7")
        named = options_of(re.sub(r"systemctl .*|loginctl .*|journalctl .*|set-ntp", "", page))
        self.assertGreater(len(named), 5)
        self.assertLessEqual(named, self.offered)
        for word in re.findall(r"(?m)^\.B (endpoint\.\w+|allowed_users)", page):
            self.assertIn(word.split(".")[-1], self.configuration)

    def test_pages_are_well_formed(self):
        for name in ("mdh-credentials.1", "mdh-credentials.json.5", "mdh-credentials-server.7"):
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", PACKAGING / name],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
