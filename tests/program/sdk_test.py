"""Claims: a boto3 session finds the daemon's credentials by each way that it knows, and one that lives on sees the
next set. (tests/clients holds the other SDKs to the same.)"""

import os
import pathlib
import subprocess
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

# Outside a namespace of its own a client that is turned away asks the real 169.254.169.254: it must not get so far.
LIVING = textwrap.dedent("""
    import sys, boto3
    credentials = boto3.Session(**({"profile_name": sys.argv[1]} if len(sys.argv) > 1 else {})).get_credentials()
    for line in sys.stdin:
        frozen = credentials.get_frozen_credentials()
        print(frozen.access_key, frozen.secret_key, frozen.token, flush=True)
""")


class Session:
    """One boto3 session in a process of its own, asked line by line."""

    def __init__(self, environment, *arguments):
        self.process = subprocess.Popen([sys.executable, "-B", "-c", LIVING, *arguments], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def keys(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


class Boto3Test(harness.Case):
    def session(self, *arguments, **environment):
        session = Session({**self.place.environment, "AWS_EC2_METADATA_DISABLED": "true",
                           "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9", **environment}, *arguments)
        self.addCleanup(session.close)
        return session

    def expected(self):
        issued = self.emulator.issued()[-1]
        return [issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]]

    def test_container_form_lives_through_a_rotation(self):
        self.emulator.settings(credentials_life_seconds=850)    # within botocore's window: it asks at every use
        daemon = self.serve()
        daemon.ready()
        session = self.session(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{daemon.url}/credentials/mdh-lab",
                               AWS_CONTAINER_AUTHORIZATION_TOKEN=daemon.token)
        first = self.expected()
        self.assertEqual(session.keys(), first)
        self.assert_exit(self.run_program("refresh", "--profile", "mdh-lab"), 0)
        self.assertNotEqual(self.expected(), first)
        self.assertEqual(session.keys(), self.expected())

    def test_imds_form(self):
        daemon = self.serve()
        daemon.ready()
        session = self.session(AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT=daemon.url + "/")
        self.assertEqual(session.keys(), self.expected())

    def test_profile_file(self):
        self.assert_exit(self.once(), 0)
        self.assertEqual(self.session("mdh-lab", AWS_SHARED_CREDENTIALS_FILE=str(self.place.credentials_file)).keys(),
                         self.expected())

    def test_process_form_lives_through_three_rotations(self):
        self.emulator.settings(credentials_life_seconds=850)
        document = self.config()
        document["profile_file"] = {"form": "process"}
        aws_config = self.place.folder / "home" / ".aws" / "config"
        daemon = self.serve(config=self.write_config(document), AWS_CONFIG_FILE=str(aws_config))
        daemon.ready()
        harness.until(lambda: aws_config.exists() and "credential_process" in aws_config.read_text(), 5, "the file")
        self.assertFalse(self.place.credentials_file.exists())
        session = self.session("mdh-lab", PATH=f"{pathlib.Path(harness.PROGRAM).parent}:{os.environ['PATH']}",
                               AWS_CONFIG_FILE=str(aws_config))
        self.assertEqual(session.keys(), self.expected())
        for _ in range(3):
            before = self.expected()
            daemon.ask("/refresh/mdh-lab", "POST", daemon.token)
            harness.until(lambda b=before: self.expected() != b or not daemon.ask(
                "/refresh/mdh-lab", "POST", daemon.token), 15, "a new set")
            harness.until(lambda: daemon.credentials().json["AccessKeyId"] == self.expected()[0], 5, "served")
            self.assertEqual(session.keys(), self.expected())


if __name__ == "__main__":
    harness.main()
