"""Goal: what AWS clients hold an endpoint to (client_rules.md) and the field's bugs (field_bugs.md) stay held: each rule
is named on a test, as `// R7` or `# Field bug 7` on the line of the test's name or in the comment right above it. A range
in a file's title names nothing."""
import pathlib
import re
import sys

TEST = re.compile(r"\s*(TEST(_F|_P)?\(|def test_)")
root = pathlib.Path(sys.argv[1])
here = root / "tests/house"
RULES = [f"R{n}" for n in re.findall(r"(?m)^- R(\d+): ", (here / "client_rules.md").read_text())]
BUGS = [f"Field bug {n}" for n in re.findall(r"(?m)^(\d+)\. ", (here / "field_bugs.md").read_text())]


def bugs_in(text):
    for numbers in re.findall(r"Field bugs? ((?:\d+(?:, | and )?)+)", text):
        yield from (f"Field bug {number}" for number in re.findall(r"\d+", numbers))


named = {}
tests = 0
for path in sorted([*root.glob("tests/**/*.cpp"), *root.glob("tests/**/*.py")]):
    above = []
    for line in path.read_text().splitlines():
        if TEST.match(line):
            tests += 1
            said = " ".join([*above, *re.findall(r"(?://|#) .*", line)])
            for rule in [*re.findall(r"\bR\d+\b", said), *bugs_in(said)]:
                named.setdefault(rule, []).append(str(path.relative_to(root)))
        above = [*above, line] if re.match(r"\s*(//|#) ", line) else []
faults = [f"{rule} is named on no test" for rule in [*RULES, *BUGS] if rule not in named]
faults += [f"{rule} is named, and in no list" for rule in named if rule not in RULES + BUGS]
if (len(RULES), len(BUGS)) < (48, 25):
    faults.append(f"only {len(RULES)} rules and {len(BUGS)} bugs are listed: this test looks in the wrong place")
if tests < 500:
    faults.append(f"only {tests} tests were found: this test looks in the wrong place")
print("\n".join(faults) or f"{len(RULES)} rules and {len(BUGS)} bugs are named on {sum(map(len, named.values()))} tests")
sys.exit(bool(faults))
