"""Goal: the house has one order. A file may include only files that stand above it in its floor's CMake list; a room's
files stand together there, so rooms are ordered too; daemon/ may include common/, never the other way; only a room's
doors are included from another room; every file is listed; a type's name has one home in the whole program."""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])
FLOORS = ("common", "daemon")
FEWEST_FILES, FEWEST_TYPES = 200, 150  # fewer found: this test looks in the wrong place


def listed(floor, name):
    text = re.sub(r"#.*", "", (ROOT / floor / "CMakeLists.txt").read_text())
    return re.search(rf"set\({floor.upper()}_{name}\s+(.*?)\)", text, re.S).group(1).split()


def room(name):
    return name.rsplit("/", 1)[0]


def sources():
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*")):
            if path.suffix in (".h", ".cpp") and path.name != "main.cpp":
                yield path, str(path.relative_to(ROOT).with_suffix(""))


def include_faults(order, doors):
    height = {name: at for at, name in enumerate(order)}
    used = set()
    for path, name in sources():
        if name not in height:
            yield f"{path.relative_to(ROOT)} is in no list"
            continue
        for other in re.findall(r'#include "((?:common|daemon)/[^"]+)\.h"', path.read_text()):
            if other not in height:
                yield f"{name} includes {other}, which is in no list"
            elif height[other] > height[name]:
                yield f"{name} includes {other}, which stands below it"
            elif room(other) != room(name):
                used.add(other)
                if other not in doors:
                    yield f"{name} includes {other}, which is no door of {room(other)}"
    for name in sorted(doors - used - set(public_words(order))):
        yield f"{name} is called a door, and no other room includes it"


def public_words(order):
    """public_words() are the rooms whose every file is a door: the words, and the system."""
    return [name for name in order if room(name) in ("common", "daemon/system")]


def order_faults(order):
    runs = [room(name) for at, name in enumerate(order) if at == 0 or room(order[at - 1]) != room(name)]
    for name, times in collections.Counter(runs).items():
        if times > 1:
            yield f"{name} stands in {times} places of its list"
    for name, times in collections.Counter(order).items():
        if times > 1:
            yield f"{name} is listed {times} times"
    for name in order:
        if not (ROOT / f"{name}.h").exists():
            yield f"{name} is listed, but there is no {name}.h"


def type_faults():
    headers = [str(path) for path, _ in sources()]
    tags = subprocess.run(["ctags", "--languages=C++", "--kinds-C++=csgut", "--output-format=json", "--fields=+Z", "-f", "-",
                           *headers], capture_output=True, text=True, check=True).stdout
    homes = collections.defaultdict(set)
    for tag in map(json.loads, tags.splitlines()):
        if tag.get("scope") == "mdh":  # not a member type, nor one of a source alone
            homes[tag["name"]].add(str(pathlib.Path(tag["path"]).relative_to(ROOT).with_suffix("")))
    if len(homes) < FEWEST_TYPES:
        yield f"only {len(homes)} types were found, {FEWEST_TYPES} at least: this test looks in the wrong place"
    for name, places in sorted(homes.items()):
        if len(places) > 1:
            yield f"the type {name} has {len(places)} homes: {', '.join(sorted(places))}"


def picture_faults(order):
    """The README's picture shows every room, and names no file that is not there."""
    picture = (ROOT / "README.md").read_text()
    for name in dict.fromkeys(map(room, order)):
        if f"| `{name}" not in picture:
            yield f"README's picture lacks the room {name}"
    for name in re.findall(r"`((?:common|daemon|tests|packaging)/[a-z_/]+\.\w+)`", picture):
        if not (ROOT / name).exists():
            yield f"README names {name}, which is not there"


def main():
    order = [f"{floor}/{name}" for floor in FLOORS for name in listed(floor, "ROOMS")]
    doors = {f"{floor}/{name}" for floor in FLOORS for name in listed(floor, "DOORS")} | set(public_words(order))
    files = sum(1 for _ in sources())
    faults = [*include_faults(order, doors), *order_faults(order), *type_faults(), *picture_faults(order)]
    if files < FEWEST_FILES:
        faults.append(f"only {files} files were found, {FEWEST_FILES} at least: this test looks in the wrong place")
    print("\n".join(faults) or f"the rooms stand: {files} files, {len(doors)} doors")
    for name in dict.fromkeys(map(room, order)):
        print(f"  {name}: {sum(room(d) == name for d in doors)} doors of {sum(room(o) == name for o in order)}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
