"""Goal: the schema is one, and the example that we ship is valid by it."""
import json
import pathlib
import re
import sys

import jsonschema

root = pathlib.Path(sys.argv[1])
schema = json.loads((root / "config/config.schema.json").read_text())
text = (root / "config/mdh-credentials.json").read_text()
# A comment has its line to itself in the example.
example = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))

jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(example)]

# A validator that accepts everything would pass the example, too.
for change in ({"acounts": []}, {"log_level": "loud"}, {"accounts": []},
               {"endpoint": {"listen": ["0.0.0.0:80"]}},
               {"profile_file": {"form": "ini"}},
               {"accounts": [{**example["accounts"][0], "projects": [{"profile": "p", "project_code": "c",
                                                                      "athena": "guess"}]}]}):
    if validator.is_valid({**example, **change}):
        faults.append(f"the schema takes {change}")
print("\n".join(faults) or "the example is valid, and six mistakes are not")
sys.exit(bool(faults))
