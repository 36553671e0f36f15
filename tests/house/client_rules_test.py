"""Goal: what AWS clients hold an endpoint to, R1 to R31, stays held: each rule is named on a test, as `// R7` or `# R7` on
the line of the test's name or in the comment right above it. A range in a file's title names nothing."""
import pathlib
import re
import sys

RULES = range(1, 32)
TEST = re.compile(r"\s*(TEST(_F|_P)?\(|def test_)")
root = pathlib.Path(sys.argv[1])
named = {}
tests = 0
for path in sorted([*root.glob("tests/**/*.cpp"), *root.glob("tests/**/*.py")]):
    above = []
    for line in path.read_text().splitlines():
        if TEST.match(line):
            tests += 1
            said = " ".join([*above, *re.findall(r"(?://|#) .*", line)])
            for rule in re.findall(r"\bR(\d+)\b", said):
                named.setdefault(int(rule), []).append(str(path.relative_to(root)))
        above = [*above, line] if re.match(r"\s*(//|#) ", line) else []
faults = [f"R{rule} is named on no test" for rule in RULES if rule not in named]
if tests < 500:
    faults.append(f"only {tests} tests were found: this test looks in the wrong place")
print("\n".join(faults) or f"R{RULES[0]} to R{RULES[-1]} are named on {sum(len(named[rule]) for rule in RULES)} tests")
sys.exit(bool(faults))
