"""Claims: what env prints means the same in every shell that it is for, evaluated with quotes or without; the forms of
one environment give the same profile; no request of a client in it reaches a proxy; nothing is ever set to nothing."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402
from logging_proxy import LoggingProxy  # noqa: E402

STALE = {"AWS_ACCESS_KEY_ID": "mine", "AWS_PROFILE": "mine", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "",
         "AWS_EC2_METADATA_DISABLED": "true", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6",
         "NO_PROXY": "intranet, it's *.here!", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "old"}
DUMP = "/usr/bin/env -0"
# How a shell takes the lines: {} stands for the program with its verb.
SHELLS = {
    "dash": [("sh", 'eval "$({})"; ' + DUMP), ("sh", "eval $({}); " + DUMP)],
    "bash": [("sh", 'set -eu; eval "$({})"; ' + DUMP), ("sh", "eval $({}); " + DUMP)],
    "zsh": [("sh", 'eval "$({})"; ' + DUMP), ("sh", "eval $({}); " + DUMP)],
    "fish": [("fish", "{} | source; " + DUMP), ("fish", "eval ({}); " + DUMP)],
    "tcsh": [("csh", "eval `{}`; " + DUMP)],
}
FAILING = {"dash": ("sh", 'eval "$({})"'), "bash": ("sh", "eval $({})"), "zsh": ("sh", 'eval "$({})"'),
           "fish": ("fish", "{} | source"), "tcsh": ("csh", "eval `{}`")}

KEYS_OF_BOTO3 = textwrap.dedent("""
    import boto3
    keys = boto3.Session().get_credentials().get_frozen_credentials()
    print(keys.access_key)
""")


def variables(dump):
    """variables() is what concerns us of `env -0`."""
    found = dict(one.split("=", 1) for one in dump.split("\0") if "=" in one)
    return {name: value for name, value in found.items()
            if name.startswith(("AWS_", "CPL_", "WR_")) or name.lower() == "no_proxy"}


class ShellsTest(harness.Case):
    projects = 2

    def run_shell(self, shell, script, **environment):
        self.assertTrue(shutil.which(shell), f"{shell} is missing: packaging/prepare tests")
        quiet = ["-f"] if shell in ("zsh", "tcsh") else []
        return subprocess.run([shell, *quiet, "-c", script], env={**self.place.environment, **environment}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=harness.PATIENCE)

    def env_of(self, kind, *options):
        return " ".join([harness.PROGRAM, "env", "--profile", "mdh-lab-2", "--shell", kind, *options])

    def test_every_shell_gets_what_exec_gives(self):    # R45, R46
        daemon = self.serve()
        daemon.ready("mdh-lab-2")
        given = self.run_program("exec", "--profile", "mdh-lab-2", "--", "/usr/bin/env", "-0", **STALE)
        expected = variables(given.stdout)
        self.assertEqual(expected["NO_PROXY"], "intranet, it's *.here!,127.0.0.1,localhost,::1")
        self.assertEqual([name for name, value in expected.items() if not value], [])
        for shell, ways in SHELLS.items():
            for kind, script in ways:
                with self.subTest(shell=shell, script=script):
                    done = self.run_shell(shell, script.format(self.env_of(kind)), **STALE)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertEqual(variables(done.stdout), expected)

    def test_python_and_dotenv_readers_get_it_too(self):
        daemon = self.serve()
        daemon.ready("mdh-lab-2")
        expected = variables(self.run_program("exec", "--profile", "mdh-lab-2", "--", "/usr/bin/env", "-0").stdout)
        reader = ("import os, subprocess, sys; exec(subprocess.check_output(sys.argv[1:], text=True)); "
                  "print('\\0'.join(f'{k}={v}' for k, v in os.environ.items()))")
        done = self.run_program("exec", "--profile", "mdh-lab", "--", sys.executable, "-c", reader,
                                *self.env_of("python").split(), **STALE)
        self.assert_exit(done, 0)
        merged = {"NO_PROXY": STALE["NO_PROXY"] + ",127.0.0.1,localhost,::1"}
        merged["no_proxy"] = merged["NO_PROXY"]
        self.assertEqual(variables(done.stdout.rstrip("\n")), expected | merged)
        path = self.place.write("variables", self.run_program(*self.env_of("dotenv").split()[1:]).stdout)
        done = self.run_program("exec", "--profile", "mdh-lab", "--", sys.executable, "-c",
                                "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))", path)
        self.assertEqual(json.loads(done.stdout), expected)

    def test_without_a_daemon_the_shell_is_told_4(self):
        for shell, (kind, script) in FAILING.items():
            with self.subTest(shell=shell):
                done = self.run_shell(shell, script.format(self.env_of(kind)))
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn("mdh-credentials: no daemon", done.stderr)
        self.assertEqual(self.run_program("env").stdout, "(exit 4);\n")
        self.assertEqual(self.run_program("env", "--shell", "dotenv").stdout, "")

    def test_an_unknown_shell_is_an_error_that_names_the_known(self):
        done = self.run_program("env", "--shell", "powershell")
        self.assert_exit(done, 2)
        self.assertIn("sh,csh,fish,python,dotenv", done.stderr)


class FormsTest(harness.Case):
    projects = 2

    def setUp(self):
        super().setUp()
        self.daemon = self.serve()
        self.daemon.ready("mdh-lab", "mdh-lab-2")
        self.proxy = LoggingProxy()
        self.addCleanup(self.proxy.close)
        self.proxied = {"http_proxy": self.proxy.url, "HTTP_PROXY": self.proxy.url}

    def issued(self, profile):
        return self.emulator.issued(profile)[-1]["AccessKeyId"]

    def exec(self, *arguments, **environment):
        return self.run_program("exec", *arguments, secret_output=True, **environment)

    def boto3(self, *options, **environment):
        return self.exec(*options, "--", sys.executable, "-B", "-c", KEYS_OF_BOTO3, **environment)

    def test_boto3_gets_the_profile_in_every_form_past_a_proxy(self):    # R45, R47
        for profile in ("mdh-lab", "mdh-lab-2"):
            for options in (["--token-env"], ["--imds"], ["--no-imds", "--token-env"]):    # Debian's knows no token file
                with self.subTest(profile=profile, options=options):
                    done = self.boto3("--profile", profile, *options, **self.proxied)
                    self.assert_exit(done, 0)
                    self.assertEqual(done.stdout.strip(), self.issued(profile))
        self.assertEqual(self.proxy.seen, [])

    def test_a_client_that_obeys_proxies_sends_them_no_token(self):
        ask = 'curl -sS -H "Authorization: $(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")" ' \
              '"$AWS_CONTAINER_CREDENTIALS_FULL_URI"'
        done = self.exec("--", "sh", "-c", ask, **self.proxied)
        self.assertEqual(json.loads(done.stdout)["AccessKeyId"], self.issued("mdh-lab"))
        self.assertEqual(self.proxy.seen, [])
        self.exec("--", "env", "-u", "NO_PROXY", "-u", "no_proxy", "sh", "-c", ask, **self.proxied)
        self.assertEqual(len(self.proxy.seen), 1, "the proxy that this is held against sees what is sent")

    # minio-go takes its session token in the path and asks at the root then.
    def test_a_session_token_taken_in_a_path_means_its_profile_at_the_root(self):
        ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "300"}
        token = {"X-aws-ec2-metadata-token": self.daemon.ask("/profiles/mdh-lab-2/latest/api/token", "PUT",
                                                             headers=ttl).text}
        listed = "/latest/meta-data/iam/security-credentials/"
        self.assertEqual(self.daemon.ask(listed, headers=token).text, "mdh-lab-2")
        document = self.daemon.ask(listed + "mdh-lab-2", headers=token)
        self.assertEqual(document.json["AccessKeyId"], self.issued("mdh-lab-2"))
        self.assertEqual(self.daemon.ask(listed + "mdh-lab", headers=token).status, 401)

    def test_metadata_for_another_than_the_root_s_profile_is_warned_of(self):
        self.assertEqual(self.run_program("env", "--imds", "--profile", "mdh-lab").stderr, "")
        warned = self.run_program("env", "--imds", "--profile", "mdh-lab-2")
        self.assert_exit(warned, 0)
        self.assertIn("Go and JavaScript v3", warned.stderr)
        self.assertIn("mdh-lab instead of mdh-lab-2", warned.stderr)

    def test_a_role_that_borrows_from_metadata_is_warned_of(self):
        aws = self.place.folder / "home" / ".aws" / "config"
        aws.parent.mkdir(mode=0o700, exist_ok=True)
        aws.write_text("[profile mine]\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n")
        self.assertIn(f"credential_source in [profile mine] of {aws}, line 3", self.run_program("env").stderr)
        self.assertEqual(self.run_program("env", "--no-imds").stderr, "")

    def test_imds_and_no_imds_exclude_each_other(self):
        self.assert_exit(self.run_program("env", "--imds", "--no-imds"), 2)


class WithoutMetadataTest(harness.Case):
    def test_a_daemon_that_serves_none_is_not_named_for_it(self):
        document = self.config()
        document.setdefault("endpoint", {})["imds"] = False
        daemon = self.serve(config=self.write_config(document))
        daemon.ready()
        seen = variables(self.run_program("exec", "--", "/usr/bin/env", "-0", **STALE).stdout)
        self.assertEqual(seen["AWS_EC2_METADATA_DISABLED"], "true")
        self.assertNotIn("AWS_EC2_METADATA_SERVICE_ENDPOINT", seen)
        done = self.run_program("env", "--imds")
        self.assert_exit(done, 1)
        self.assertIn("endpoint.imds is off", done.stderr)
        self.assertFalse("/profiles/mdh-lab" in daemon.ask("/").text)


class AthenaTest(harness.Case):
    def test_a_project_s_athena_is_told_everywhere(self):
        document = self.config()
        code = document["accounts"][0]["projects"][0].get("project_code")
        document["accounts"][0]["projects"][0]["athena"] = {
            "database": "d", "workgroup": "w", "output": "s3://bucket/it's"}
        daemon = self.serve(config=self.write_config(document))
        daemon.ready()
        self.assertEqual(daemon.status()["athena"], {"database": "d", "workgroup": "w", "output": "s3://bucket/it's",
                                                     "derived": False})
        seen = subprocess.run(["sh", "-c", self.run_program("env").stdout + DUMP], capture_output=True, text=True,
                              check=True).stdout
        self.assertEqual({name: value for name, value in variables(seen).items() if "ATHENA" in name or "WR_" in name},
                         {"AWS_ATHENA_S3_STAGING_DIR": "s3://bucket/it's", "AWS_ATHENA_WORK_GROUP": "w",
                          "WR_DATABASE": "d", "WR_WORKGROUP": "w"})
        self.assertTrue("pyathena" in daemon.ask("/").text)
        with self.subTest("derived, after a reload"):
            document["accounts"][0]["projects"][0]["athena"] = "derived"
            self.write_config(document)
            daemon.hang_up()
            harness.until(lambda: daemon.status()["athena"]["derived"], 10, f"the names of {code}; {daemon.log}")
            self.assertTrue(daemon.status()["athena"]["database"].startswith("mdh_export_database_rk_"))


class NamedEndpointTest(harness.Case):
    """--endpoint URL, where no socket tells the rest."""

    def setUp(self):
        super().setUp()
        self.daemon = self.serve()
        self.daemon.ready()
        self.nowhere = {"XDG_RUNTIME_DIR": "", "MDH_CREDENTIALS_SOCKET": "/nonexistent"}

    def test_the_token_is_found_in_the_state_folder(self):
        done = self.run_program("exec", "--endpoint", self.daemon.url, "--", "/usr/bin/env", "-0", **self.nowhere)
        self.assert_exit(done, 0)
        self.assertEqual(variables(done.stdout)["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"],
                         str(self.place.state / "authorization-token"))
        done = self.run_program("process", "--profile", "mdh-lab", "--endpoint", self.daemon.url, secret_output=True,
                                **self.nowhere)
        self.assert_exit(done, 0)

    def test_without_a_token_nothing_is_exported(self):
        elsewhere = {**self.nowhere, "XDG_STATE_HOME": str(self.place.folder / "nowhere")}
        for verb in (["env"], ["exec", "--", "true"], ["env", "--shell", "fish"]):
            with self.subTest(verb=verb):
                done = self.run_program(verb[0], "--endpoint", self.daemon.url, *verb[1:], **elsewhere)
                self.assert_exit(done, 1)
                self.assertNotIn("AWS_", done.stdout)
                self.assertIn("authorization-token", done.stderr)
        self.assert_exit(self.run_program("env", "--imds", "--endpoint", self.daemon.url, **elsewhere), 0)


if __name__ == "__main__":
    harness.main()
