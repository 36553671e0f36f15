"""Goal: the house can be read. No function over 60 lines, no source over 250 lines, no header over
90, no line over 100 columns; the median function has 8 lines at most."""
import json
import pathlib
import statistics
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
sources = sorted([*root.glob("common/**/*.cpp"), *root.glob("daemon/**/*.cpp")])
headers = sorted([*root.glob("common/**/*.h"), *root.glob("daemon/**/*.h")])
faults = []
for path in sources + headers:
    lines = path.read_text().splitlines()
    most = 250 if path.suffix == ".cpp" else 90
    if len(lines) > most:
        faults.append(f"{path.relative_to(root)}: {len(lines)} lines, {most} at most")
    faults += [f"{path.relative_to(root)}:{at}: over 100 columns"
               for at, line in enumerate(lines, 1) if len(line) > 100]

tags = subprocess.run(
    ["ctags", "--languages=C++", "--kinds-C++=f", "--fields=+ne", "--output-format=json", "-f", "-",
     *map(str, sources)], capture_output=True, text=True, check=True)
lengths = []
for tag in map(json.loads, tags.stdout.splitlines()):
    length = tag.get("end", tag["line"]) - tag["line"] + 1
    lengths.append(length)
    if length > 60:
        faults.append(f"{tag['path']}:{tag['line']}: {tag['name']} has {length} lines, 60 at most")
if len(lengths) < 1200:
    faults.append(f"only {len(lengths)} functions were found: this test looks in the wrong place")
lengths.sort()
median, late = statistics.median(lengths), lengths[int(0.95 * len(lengths))]
print(f"{len(lengths)} functions: median {median} lines, 95th percentile {late}, longest {lengths[-1]}")
if median > 8 or late > 40:
    faults.append("the functions have grown too long: median 8, 95th percentile 40")
print("\n".join(faults))
sys.exit(1 if faults else 0)
