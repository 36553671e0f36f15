"""Goal: nothing in the README is untried. Each shell block says in a comment above it which test runs it, or why none does;
what it links to is there; every verb and option that it names exists."""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT, PROGRAM = pathlib.Path(sys.argv[1]), sys.argv[2]
TEXT = (ROOT / "README.md").read_text()
RUNNERS = {"researcher": "tests/machine/readme_cases.py", "administrator": "tests/machine/readme_cases.py",
           "build": "tests/packages/build_test.py"}


class ReadmeTest(unittest.TestCase):
    def test_each_shell_block_is_run_or_says_why_not(self):
        marked = re.findall(r"<!-- (run|not run): (.+?) -->\n```sh\n", TEXT)
        self.assertEqual(len(marked), len(re.findall(r"(?m)^```sh$", TEXT)))
        self.assertGreaterEqual(len(marked), 3)
        for kind, what in marked:
            if kind == "run":
                self.assertIn(f'"{what}"', (ROOT / RUNNERS[what]).read_text(), what)
            else:
                self.assertGreater(len(what), 20)

    def test_what_it_links_to_is_there(self):
        links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
        self.assertGreater(len(links), 4)
        for link in links:
            self.assertTrue((ROOT / link).exists(), link)

    def test_each_verb_and_option_that_it_names_exists(self):
        lines = re.findall(r"mdh-credentials ([a-z][a-z-]+)((?: --?[a-z][a-z-]*(?:[ =][^\s`|-][^\s`|]*)?)*)", TEXT)
        self.assertGreater(len(lines), 10)
        for verb, rest in lines:
            helped = subprocess.run([PROGRAM, verb, "--help"], capture_output=True, text=True)
            self.assertEqual(helped.returncode, 0, verb)
            for option in re.findall(r"--[a-z][a-z-]+", rest):
                self.assertIn(option, helped.stdout, verb)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
