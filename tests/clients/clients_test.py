#!/usr/bin/python3
"""Holds the running daemon against real AWS clients and prints the table client x (container, IMDS, path, process,
signs, rotation, restart, 503); `path` is IMDS for another profile than the root's, in a proxy's sight. Runs in a
network namespace of its own, which `run` makes: many clients ask the real
169.254.169.254 when they are turned away. Claims: every client gets the set that upstream issued, signs with it so
that a verifier of SigV4 accepts it, sees the next set and a restart without being restarted, and lives through 503
and back."""

import concurrent.futures
import contextlib
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import aws_stand_in  # noqa: E402
import clients  # noqa: E402
import harness  # noqa: E402
from logging_proxy import LoggingProxy  # noqa: E402

PROFILE, OTHER = "mdh-lab", "mdh-lab-2"
LIFE = 200              # seconds: within every client's window, so that each asks at every use
LISTEN = ["127.0.0.1:6340", "127.0.0.1:80", "169.254.170.2:80"]    # our own namespace: fixed ports are free
COLUMNS = ["container", "IMDS", "path", "process", "signs", "rotation", "restart", "503"]
MOST_SKIPPED = 2


class Row:
    def __init__(self, client):
        self.client, self.cells, self.details = client, {}, []

    def note(self, column, good, detail=""):
        """note() records an outcome; a cell that failed once stays so, and a detail stays beside "ok"."""
        if not good:
            self.cells[column] = "FAILED"
            self.details.append(f"{self.client.name}, {column}: {detail}")
        elif detail or column not in self.cells:
            self.cells[column] = self.cells.get(column, "ok" + (f": {detail}" if detail else ""))


class Suite:
    def __init__(self):
        self.proxy = LoggingProxy()
        self.emulator = harness.running.RunningEmulator("--projects", "2", "--set", f"credentials_life_seconds={LIFE}")
        self.place = harness.Place()
        self.stand_in = aws_stand_in.StandIn(self.emulator.issued)
        self.daemon = None
        self.rows, self.skipped = [], []
        for client in clients.all_clients(self.stand_in.url):
            missing = client.missing()
            if missing:
                self.skipped.append(f"{client.name}: no {', '.join(missing)}")
            else:
                self.rows.append(Row(client))
        self.environment = {**self.place.environment, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
                            "STS_URL": self.stand_in.url, "NODE_PATH": str(clients.NODE_MODULES),
                            "AWS_SDK_LOAD_CONFIG": "1", "NODE_NO_WARNINGS": "1"}

    def stop(self):
        if self.daemon:
            self.daemon.stop()
        self.stand_in.stop()
        self.proxy.close()
        self.emulator.stop()
        self.place.remove()

    # --- the daemon ---

    def start_daemon(self):
        listen = [part for address in LISTEN for part in ("--listen", address)]
        self.daemon = harness.Daemon(self.place, ["--config", self.emulator.ready["config"], *listen])

    def ready(self):
        harness.until(lambda: self.daemon.credentials(PROFILE).status == 200 or self.refresh(), 60,
                      f"the daemon serves; its log:\n{self.daemon.log}")

    def refresh(self):
        """refresh() asks for a new set; falsy, so that it may stand in a condition."""
        self.daemon.ask(f"/refresh/{PROFILE}", "POST", self.daemon.token)
        time.sleep(0.5)

    def issued(self):
        return [entry["AccessKeyId"] for entry in self.emulator.issued(PROFILE)]

    # --- the clients ---

    def start(self, client, form, profile=PROFILE):
        """start() is the client, living or a command, in the environment that `exec` gives it."""
        environment, command = {**self.environment, "FORM": form}, client.command
        if form == "process":
            environment |= {"AWS_CONFIG_FILE": self.process_config(), "AWS_PROFILE": PROFILE}
        else:
            options = ["--imds"] if form == "imds" else list(client.container)
            extra = [f"{name}={value}" for name, value in client.imds.items()] if form == "imds" else []
            environment |= {"http_proxy": self.proxy.url, "HTTP_PROXY": self.proxy.url}
            command = [harness.PROGRAM, "exec", "--profile", profile, *options, "--",
                       *(["env", *extra] if extra else []), *command]
        if client.answer:
            return clients.Command(command, environment, client.answer)
        return clients.Living(command, environment)

    def process_config(self):
        return self.place.write("aws-config", f"[profile {PROFILE}]\nregion = us-east-1\n"
                                f"credential_process = {harness.PROGRAM} process --profile {PROFILE}\n")

    @staticmethod
    def each(work, items):
        """each() does the work for all clients at once: they wait more than they work."""
        with concurrent.futures.ThreadPoolExecutor(len(items) or 1) as pool:
            return list(pool.map(work, items))

    @staticmethod
    def ask_until(client, keys, seconds=12):
        """ask_until() asks until the answer is one of `keys`: some clients fetch behind the caller's back and answer
        with the old set meanwhile. The last answer, and whether it was right."""
        deadline = time.monotonic() + seconds
        while True:
            asked = client.ask("get")
            if asked.key in keys or time.monotonic() > deadline:
                return asked, asked.key in keys
            time.sleep(0.3)

    # --- the columns ---

    def fetch(self, row, form, column):
        """fetch() starts the client in a form, gets the set, and leaves a living client open."""
        client = self.start(row.client, form)
        asked = client.ask("get")
        self.note_key(row, column, asked)
        return client

    def note_key(self, row, column, asked):
        good = asked.key in self.issued()
        row.note(column, good, "" if good else asked.error or f"{asked.key} is not upstream's")

    def other_forms(self, row):
        client = row.client
        if client.imds is not None and client.container is not None:
            self.fetch(row, "imds", "IMDS").close()
        if client.imds == {}:
            self.by_path(row)
        if client.process:
            self.fetch(row, "process", "process").close()

    def by_path(self, row):
        """by_path() asks for the profile that the root does not serve: who drops the path gets the root's."""
        client = self.start(row.client, "imds", OTHER)
        asked = client.ask("get")
        client.close()
        meant = PROFILE if row.client.drops_path else OTHER
        good = asked.key in [entry["AccessKeyId"] for entry in self.emulator.issued(meant)]
        row.note("path", good, ("drops it" if row.client.drops_path else "") if good else asked.error or
                 f"{asked.key} is not {meant}'s")

    def primary(self, row):
        if row.client.container is None:
            return self.fetch(row, "imds", "IMDS")
        return self.fetch(row, "container", "container")

    def signs(self, row, client):
        asked = client.ask("call")
        self.note_key(row, "signs", asked)

    def sees(self, column, living, before):
        """sees() holds every client to a set issued after the first `before` ones."""
        fresh = self.issued()[before:]

        def look(pair):
            row, client = pair
            asked, good = self.ask_until(client, fresh)
            row.note(column, good, "" if good else asked.error or "it keeps the old set")

        self.each(look, living)

    def endures_503(self, living):
        def look(pair):
            row, client = pair
            asked = client.ask("get")
            kept = asked.key is not None
            good = asked.seconds < 15 and asked.error != "hangs" and not (asked.error or "").startswith("died")
            row.note("503", good, ("keeps its set" if kept else f"error after {asked.seconds:.1f} s") if good
                     else f"{asked.seconds:.1f} s: {asked.error}")

        self.each(look, living)

    # --- the run ---

    def run(self):
        self.start_daemon()
        self.ready()
        with contextlib.ExitStack() as stack:
            living = list(zip(self.rows, self.each(self.primary, self.rows)))
            for _, client in living:
                stack.callback(client.close)
            self.each(lambda pair: self.signs(*pair), living)
            self.each(self.other_forms, self.rows)
            self.rotate(living)
            self.restart(living)
            self.outage(living)
        self.wrong_secret_is_refused()
        if self.proxy.seen:
            raise AssertionError(f"a proxy was asked: {[one.splitlines()[:1] for one in self.proxy.seen]}")

    def rotate(self, living):
        before = len(self.issued())
        harness.until(lambda: len(self.issued()) > before or self.refresh(), 30, "a new set")
        harness.until(lambda: self.daemon.credentials(PROFILE).json["AccessKeyId"] in self.issued()[before:], 5,
                      "the new set served")
        self.sees("rotation", living, before)

    def restart(self, living):
        before = len(self.issued())
        self.daemon.stop()
        self.start_daemon()
        self.ready()
        self.sees("restart", living, before)

    def outage(self, living):
        """outage() restarts the daemon while upstream is down: 503 for everyone; then upstream returns."""
        before = len(self.issued())
        self.emulator.control("down", {})
        self.daemon.stop()
        self.start_daemon()
        harness.until(lambda: self.daemon.credentials(PROFILE).status == 503, 10, "503")
        self.endures_503(living)
        self.emulator.control("up", {})
        self.ready()
        patient = [(row, self.start(row.client, "imds") if row.client.holds else client) for row, client in living]
        self.sees("503", patient, before)
        for row, client in patient:
            if row.client.holds:
                client.close()

    def wrong_secret_is_refused(self):
        """The verifier itself must be able to refuse, or its acceptance proves nothing."""
        issued = self.emulator.issued(PROFILE)[-1]
        for changes, code in [({"SecretAccessKey": "x" * 40}, "SignatureDoesNotMatch"),
                              ({"SessionToken": "x"}, "InvalidToken"), ({"AccessKeyId": "ASIAX"}, "InvalidClientTokenId")]:
            keys = {**issued, **changes}
            done = subprocess.run(
                ["/usr/bin/python3", "-B", str(HERE / "programs" / "boto3_client.py")], input="call\n", text=True,
                capture_output=True, check=True, env={
                    **self.environment, "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                    "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"], "AWS_SESSION_TOKEN": keys["SessionToken"]})
            if code not in done.stdout:
                raise AssertionError(f"the verifier took {sorted(changes)}: {done.stdout}")
        print("The verifier refuses a wrong secret, a foreign session token and an unknown access key.\n")

    # --- the report ---

    def report(self):
        names = [f"{row.client.name} {row.client.version}" for row in self.rows]
        width = max(map(len, names))
        cells = [[row.cells.get(column, "-") for column in COLUMNS] for row in self.rows]
        widths = [max(len(column), *(len(line[n]) for line in cells)) for n, column in enumerate(COLUMNS)]
        print(" " * width, *(column.ljust(w) for column, w in zip(COLUMNS, widths)), sep="  ")
        for name, line in zip(names, cells):
            print(name.ljust(width), *(cell.ljust(w) for cell, w in zip(line, widths)), sep="  ")
        for row in self.rows:
            if row.client.why_not:
                print(f"- {row.client.name}: {row.client.why_not}")
        for line in self.skipped:
            print(f"skipped: {line}")
        for row in self.rows:
            for detail in row.details:
                print(f"FAILED: {detail}")
        services = {service for service, _ in self.stand_in.accepted}
        print(f"signed calls accepted: {len(self.stand_in.accepted)} ({', '.join(sorted(services))})")

    def good(self):
        return not any(row.details for row in self.rows) and len(self.skipped) <= MOST_SKIPPED


def main():
    start = time.monotonic()
    suite = Suite()
    try:
        suite.run()
        suite.report()
        print(f"clients: {time.monotonic() - start:.0f} s")
        if not suite.good():
            print(suite.daemon.log[-4000:])
        return 0 if suite.good() else 1
    finally:
        suite.stop()


if __name__ == "__main__":
    sys.exit(main())
