"""Goal: circles between files are impossible. A file may include only files that stand above it in
its folder's CMake list; daemon/ may include common/, never the other way; every file is listed."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])


def staircase(folder):
    text = (root / folder / "CMakeLists.txt").read_text()
    listed = re.search(r"set\(%s_STAIRCASE\s+(.*?)\)" % folder.upper(), text, re.S).group(1)
    return listed.split()


def included(path):
    return re.findall(r'#include "((?:common|daemon)/[^"]+)\.h"', path.read_text())


def faults():
    stairs = {folder: staircase(folder) for folder in ("common", "daemon")}
    order = [f"common/{name}" for name in stairs["common"]]
    order += [f"daemon/{name}" for name in stairs["daemon"]]
    height = {name: at for at, name in enumerate(order)}
    for folder in ("common", "daemon"):
        for path in sorted((root / folder).glob("*.[hc]*")):
            if path.suffix not in (".h", ".cpp") or path.stem == "main":
                continue
            name = f"{folder}/{path.stem}"
            if name not in height:
                yield f"{path.relative_to(root)} is not in {folder}/CMakeLists.txt"
                continue
            for other in included(path):
                if other not in height:
                    yield f"{path.relative_to(root)} includes {other}.h, which is in no list"
                elif height[other] > height[name]:
                    yield f"{path.relative_to(root)} includes {other}.h, which stands below it"
    for name in order:
        if not (root / f"{name}.h").exists():
            yield f"{name} is listed, but there is no {name}.h"


found = list(faults())
print("\n".join(found) or "the staircase holds")
sys.exit(1 if found else 0)
