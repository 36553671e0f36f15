#!/usr/bin/python3
"""MyDataHelps on loopback, for tests and for a first look without an account.

Makes service accounts, keys, .env files and a configuration in --directory, prints one line of JSON (URLs, paths,
accounts) when it is ready, and serves until SIGTERM, SIGINT or, with --exit-on-eof, the end of its standard input.
Needs Debian's python3-jwt and python3-cryptography. Faults and settings: POST to control_url, see web.py, faults.py
and service.py."""

import argparse
import json
import os
import pathlib
import signal
import sys
import threading
import uuid

import faults
import material
import service
import web

ACCOUNT_NAMES = ["lab", "clinic", "field", "trial", "study", "cohort", "ward", "campus"]


def account_names(count):
    return [ACCOUNT_NAMES[n] if n < len(ACCOUNT_NAMES) else f"account{n}" for n in range(count)]


def describe_account(number, name, projects):
    organisation = 1234 + number
    return {
        "name": name,
        "service_account": f"MyDataHelps.{organisation}.{name}",
        "projects": [{
            "profile": f"mdh-{name}" + (f"-{n + 1}" if n else ""),
            "project_code": f"RK.{organisation}.{name.capitalize()}" + (str(n + 1) if n else ""),
            "project_id": str(uuid.uuid4()),
        } for n in range(projects)],
    }


class Emulator:
    def __init__(self, options):
        self.directory = pathlib.Path(options.directory).resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.closing = threading.Event()
        self.journal, self.faults = web.Journal(), faults.Faults()
        self.accounts = [describe_account(number, name, options.projects)
                         for number, name in enumerate(account_names(options.accounts))]
        self.service = service.Service(self.accounts, {a["service_account"]: self._make_key(a) for a in self.accounts})
        self.authority = material.Authority(self.directory)
        self._tls = web.tls_context(self.authority.certificate())
        self._lock = threading.Lock()
        self._listeners = self._listen(options.port, 0)
        self._ports = [listener.server_address[1] for listener in self._listeners]
        self._control = web.Connections(("127.0.0.1", 0), web.ControlHandler, self)
        self.ready = self._describe()

    def _make_key(self, account):
        key = material.new_key()
        stem = self.directory / "keys" / account["name"]
        account["pkcs1"] = material.write_private(f"{stem}.pkcs1.pem", material.pem(key, material.PKCS1))
        account["pkcs8"] = material.write_private(f"{stem}.pkcs8.pem", material.pem(key, material.PKCS8))
        return [key.public_key()]

    def _listen(self, plain, tls):
        return [web.Connections(("127.0.0.1", plain), web.UpstreamHandler, self),
                web.Connections(("127.0.0.1", tls), web.UpstreamHandler, self, tls=lambda: self._tls)]

    @staticmethod
    def _urls(base):
        return {"token_url": base + web.TOKEN_PATH, "explorer_url": base + web.EXPLORER_PATH,
                "designer_url": base + web.DESIGNER_PREFIX + "{project_id}" + web.DESIGNER_SUFFIX}

    def _describe(self):
        plain, tls = [self._urls(listener.base) for listener in self._listeners]
        accounts = self.accounts
        return {
            **plain, "tls": {**tls, "ca_file": self.authority.ca_file},
            "control_url": self._control.base + "/_control",
            "directory": str(self.directory), "accounts": accounts,
            "config": material.write_configuration(self.directory / "config.json", accounts, plain),
            "tls_config": material.write_configuration(self.directory / "config-tls.json", accounts, tls),
            "env_files": material.write_env_files(self.directory, accounts[0], plain),
        }

    # --- what the control listener asks for ---

    def down(self):
        """down() closes the ports and cuts every connection, as a host that is switched off."""
        with self._lock:
            for listener in self._listeners:
                listener.down()
            self._listeners = []

    def up(self):
        with self._lock:
            if not self._listeners:
                self._listeners = self._listen(*self._ports)

    def secrets(self):
        """secrets() is every string that must appear in no log, error or listing of the program under test."""
        keys = [line for account in self.accounts
                for line in pathlib.Path(account["pkcs1"]).read_text().splitlines() if not line.startswith("-")]
        issued = [item[name] for item in self.service.issued for name in ("SecretAccessKey", "SessionToken")]
        return {"key_lines": keys, "issued": issued, "access_tokens": self.service.access_tokens(),
                "assertions": self.service.assertions}

    def change_key(self, wish):
        """change_key() gives the account a new key: {"account": name, "keep_old": bool, "write": bool}; with write
        the account's own files hold it afterwards. The reply holds the PEM."""
        account = next(a for a in self.accounts if a["name"] == wish["account"])
        key = material.new_key()
        text = material.pem(key)
        keys = self.service.public_keys
        old = keys[account["service_account"]] if wish.get("keep_old") else []
        keys[account["service_account"]] = old + [key.public_key()]
        if wish.get("write"):
            material.write_private(account["pkcs1"], text)
            material.write_private(account["pkcs8"], material.pem(key, material.PKCS8))
        return {"pem": text}

    def change_certificate(self, kind):
        self._tls = web.tls_context(self.authority.certificate(kind))

    def reset(self):
        """reset() forgets faults, settings, the log, access tokens and what was issued; accounts and keys stay."""
        self.up()
        self.faults.clear()
        self.journal.clear()
        self.service.settings.update(service.DEFAULTS)
        self.service.forget()

    def stop(self):
        self.closing.set()


def watch_standard_input(emulator):
    while os.read(0, 4096):    # not sys.stdin: its lock would be held when the interpreter ends
        pass
    emulator.stop()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--directory", required=True, help="where keys, .env files and config.json go")
    parser.add_argument("--accounts", type=int, default=1)
    parser.add_argument("--projects", type=int, default=1, help="projects of each account")
    parser.add_argument("--port", type=int, default=0, help="of the plain listener; 0: any free one")
    parser.add_argument("--credentials", help="a JSON file: a list of credentials to hand out in turn")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of service.py")
    parser.add_argument("--exit-on-eof", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


def main():
    options = parse()
    emulator = Emulator(options)
    for setting in options.set:
        name, _, value = setting.partition("=")
        emulator.service.settings[name] = type(service.DEFAULTS[name])(value)
    if options.credentials:
        emulator.service.supplied.extend(json.loads(pathlib.Path(options.credentials).read_text()))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: emulator.stop())
    if options.exit_on_eof:
        threading.Thread(target=watch_standard_input, args=(emulator,), daemon=True).start()
    print(json.dumps(emulator.ready), flush=True)
    emulator.closing.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
