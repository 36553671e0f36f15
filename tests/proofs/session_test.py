"""The process form: one boto3 session, opened once by profile name, lives through three rotations;
and the change between the two forms."""
import datetime
import json
import os
import pathlib
import shutil
import tempfile

import boto3

from tool import Keeper, parsed, until

folder = pathlib.Path(tempfile.mkdtemp())
path, config = folder / "credentials", folder / "config"
answer, program = folder / "answer.json", folder / "stand in"
program.write_text(f'#!/bin/sh\n[ "$*" = "process --profile mdh" ] && cat "{answer}"\n')
program.chmod(0o755)
config.write_text("[default]\nregion = x\n")
os.environ.update(AWS_SHARED_CREDENTIALS_FILE=str(path), AWS_CONFIG_FILE=str(config))


def rotate(number):
    # botocore asks anew when fewer than 10 minutes are left.
    expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)
    answer.write_text(json.dumps({
        "Version": 1, "AccessKeyId": f"AKID{number}", "SecretAccessKey": "s", "SessionToken": "t",
        "Expiration": expiry.isoformat(timespec="seconds")}))


def has_keys():
    return path.exists() and "aws_access_key_id" in parsed(path).get("mdh", {})


def has_process():
    return "credential_process" in parsed(config).get("profile mdh", {})


with Keeper(path, config=config) as keeper:
    keeper.sync(1)
    assert keeper.reports_until("written") and has_keys() and not has_process()
with Keeper(path, form="process", config=config, program=str(program)) as keeper:
    keeper.sync(1)
    assert keeper.reports_until("written")
    assert until(lambda: has_process() and not has_keys()) is not None
    rotate(1)
    credentials = boto3.Session(profile_name="mdh").get_credentials()
    seen = []
    for number in (1, 2, 3, 4):
        rotate(number)
        seen.append(credentials.get_frozen_credentials().access_key)
    assert seen == ["AKID1", "AKID2", "AKID3", "AKID4"], seen
with Keeper(path, config=config, on_stop="remove") as keeper:
    keeper.sync(2)
    assert keeper.reports_until("written")
    assert until(lambda: has_keys() and not has_process()) is not None
assert config.read_text().startswith("[default]\nregion = x\n") and not has_process()
assert not has_keys()
shutil.rmtree(folder)
print("1 session, 3 rotations, 2 changes of form, 1 removal; losses = 0")
