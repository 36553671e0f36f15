"""Claims: what `check` says to outrank the daemon is what boto3 takes before it, in both files, for the endpoint and
both forms of the profile file; once, serve's status, env and exec say the same."""

import os
import pathlib
import re
import sys

import botocore
import botocore.session

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

COMMENT = "# kept up to date by mdh-credentials; edits to the next keys will be overwritten\n"
KEYS = "aws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = s\naws_session_token = t\n"
ELSEWHERE = "[sso-session x]\nsso_start_url = https://x.example\nsso_region = us-east-1\n[profile base]\n" + KEYS
LINES = {
    "role_arn": "role_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\n",
    "web_identity_token_file": "web_identity_token_file = /t\n",
    "sso_session": "sso_session = x\nsso_account_id = 111122223333\nsso_role_name = r\n",
    "sso_start_url": "sso_start_url = https://x.example\nsso_account_id = 111122223333\n",
    "sso_account_id": "sso_account_id = 111122223333\nsso_role_name = r\n",
    "login_session": "login_session = arn:aws:sts::111122223333:assumed-role/r/me\n",
    "credential_process": "credential_process = /bin/false\n",
    "aws_access_key_id": KEYS,
    "region": "region = eu-central-1\n",
    "none": "",
}


def method(credentials, config, profile):
    """method() is the way that boto3 takes, whether it succeeds or not."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(AWS_SHARED_CREDENTIALS_FILE=str(credentials), AWS_CONFIG_FILE=str(config),
                      AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:1/x", AWS_EC2_METADATA_DISABLED="true")
    for provider in botocore.session.Session(profile=profile).get_component("credential_provider").providers:
        try:
            if provider.load() is not None:
                return provider.METHOD
        except Exception:
            return provider.METHOD
    return None


def knows(key):
    """knows() is false for what this botocore is too old to read."""
    return key != "login_session" or hasattr(botocore.credentials, "LoginProvider")


class OutrankedTest(harness.Case):
    def setUp(self):
        super().setUp()
        self.aws = self.place.credentials_file.parent
        self.aws.mkdir(mode=0o700)
        self.files = {"credentials": self.place.credentials_file, "config": self.aws / "config"}

    def write_files(self, credentials, config):
        for path, text in zip(self.files.values(), (credentials, config)):
            path.write_text(text)
            path.chmod(0o600)

    def said(self, form):
        document = self.config()
        document["profile_file"] = {"form": form}
        done = self.run_program("check", "--config", self.write_config(document), *self.place.folders())
        self.assert_exit(done, 0)
        found = re.findall(r"(?m)^warning  (.*) in \[(.*)\] of (.*), line (\d+)(.*), outranks? (.*?) \((.*)\)$", done.stdout)
        for what, section, path, line, more, offer, sdks in found:
            key = "aws_access_key_id" if what == "static keys" else what
            text = pathlib.Path(path).read_text().splitlines()[int(line) - 1]
            self.assertTrue(text.startswith(key), f"{path}:{line} is {text!r}, not {key}")
        return [(offer, sdks) for *_, offer, sdks in found]

    def compare(self, where, key, form, profile, ours):
        """compare() finds boto3's way foreign exactly where check says so."""
        taken = method(self.files["credentials"], self.files["config"], profile)
        offers = {"the endpoint"} if profile is None else {"the keys in the credentials file", "our credential_process"}
        told = any(offer in offers and ("boto3" in sdks or "every SDK" in sdks) for offer, sdks in self.said(form))
        if knows(key):
            self.assertEqual(told, taken != ours, f"{key} in {where}, form {form}: boto3 takes {taken}, check says {told}")
        self.compared += 1

    def test_is_what_boto3_takes_first(self):
        self.compared = 0
        ours = "[mdh-lab]\n" + COMMENT + KEYS
        process = "[profile mdh-lab]\n" + COMMENT + "credential_process = /bin/false\n"
        for key, lines in LINES.items():
            with self.subTest(key):
                for where, files in {"credentials": ("[default]\n" + lines, ELSEWHERE),
                                     "config": ("", "[default]\n" + lines + ELSEWHERE)}.items():
                    self.write_files(*files)
                    self.compare(where, key, "keys", None, "container-role")
                self.write_files(ours, "[profile mdh-lab]\n" + lines + ELSEWHERE)
                self.compare("config", key, "keys", "mdh-lab", "shared-credentials-file")
                if key != "aws_access_key_id":  # would be ours twice
                    self.write_files(ours + lines, ELSEWHERE)
                    self.compare("credentials", key, "keys", "mdh-lab", "shared-credentials-file")
                if key != "credential_process":
                    self.write_files("", process + lines + ELSEWHERE)
                    self.compare("config", key, "process", "mdh-lab", "custom-process")
                    self.write_files("[mdh-lab]\n" + lines, process + ELSEWHERE)
                    self.compare("credentials", key, "process", "mdh-lab", "custom-process")
        self.assertGreater(self.compared, 50)

    def test_every_verb_says_it(self):
        config = "[profile mdh-lab]\nregion = x\nsso_session = x\n[default]\nrole_arn = arn:aws:iam::1:role/r\n"
        self.write_files("", config)
        own = rf"sso_session in \[profile mdh-lab\] of {self.files['config']}, line 3, outranks the keys"
        default = rf"role_arn in \[default\] of {self.files['config']}, line 5, outranks the endpoint"
        done = self.once()
        self.assert_exit(done, 0)
        self.assertRegex(done.stderr, own)
        self.assertRegex(done.stderr, default)
        self.place.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(self.place.credentials_file)
        daemon = self.serve()
        daemon.ready()
        harness.until(lambda: daemon.status()["file"]["state"] == "written", 60, "the file is written")
        self.assertRegex(daemon.status()["file"]["message"], own)
        self.assertRegex(daemon.log, own)
        self.assertRegex(daemon.ask("/").text, "sso_session in ")
        table = self.run_program("status")
        self.assertRegex(table.stdout, own)
        for verb, command in (("env", []), ("exec", ["--", "true"])):
            told = self.run_program(verb, *command)
            self.assert_exit(told, 0)
            self.assertRegex(told.stderr, default)
            self.assertRegex(told.stderr, "--isolate")
        # Taken out, it is said no more.
        self.write_files(self.place.credentials_file.read_text(), "[profile mdh-lab]\nregion = x\n")
        harness.until(lambda: daemon.status()["file"]["message"] == "", 60, "the remark is gone")


if __name__ == "__main__":
    harness.main()
