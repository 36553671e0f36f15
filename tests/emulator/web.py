"""The emulator's HTTP: the upstream's own listeners (plain and TLS), which can be taken down and brought back on the
same port, and the control listener, which always answers. One thread a connection."""

import collections
import email.utils
import http.server
import json
import socket
import socketserver
import ssl
import struct
import threading
import time
import urllib.parse

import faults as scripted
import service as rules

TOKEN_PATH = "/identityserver/connect/token"
EXPLORER_PATH = "/token"
DESIGNER_PREFIX, DESIGNER_SUFFIX = "/projects/", "/export-explorer/token"
SECRET_HEADERS = {"authorization", "cookie", "proxy-authorization"}


class Journal:
    """What was asked and answered, without secrets."""

    def __init__(self):
        self._lock = threading.Lock()
        self.clear()

    def clear(self):
        with self._lock:
            self.entries, self._counters = [], collections.Counter()
            self._flying, self._most = collections.Counter(), collections.Counter()

    def begin(self, stage):
        with self._lock:
            self._flying[stage] += 1
            self._most[stage] = max(self._most[stage], self._flying[stage])

    def end(self, stage):
        with self._lock:
            self._flying[stage] -= 1

    def add(self, entry):
        with self._lock:
            self.entries.append(entry)
            self._counters[entry["stage"]] += 1
            self._counters[f"{entry['stage']}:{entry['status']}"] += 1
            if entry["project"]:
                self._counters[f"{entry['stage']}:{entry['project']}"] += 1

    def counters(self):
        with self._lock:
            return {**self._counters, **{f"{stage}:most_at_once": n for stage, n in self._most.items()}}


class Connections(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A listener that knows its connections, so that it can go down as a host does: all cut, port closed."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address, handler, emulator, tls=None):
        self.emulator, self.tls, self.open = emulator, tls, set()
        super().__init__(address, handler)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def base(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)

    def get_request(self):
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            connection = self.tls().wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self.open.add(connection)
        return connection, address

    def shutdown_request(self, request):
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        pass    # a client that hangs up or fails a handshake is no news

    def down(self):
        self.shutdown()
        self.server_close()
        for connection in list(self.open):
            cut(connection)
        self.open.clear()


def cut(connection):
    """cut() ends a connection with a reset."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    try:
        connection.close()
    except OSError:
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Emulator", ""
    wbufsize = -1
    timeout = 120

    def log_message(self, *_):
        pass

    def read_body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def date_time_string(self, timestamp=None):
        service = self.server.emulator.service
        return email.utils.formatdate(service.now() + service.settings["date_offset_seconds"], usegmt=True)

    def send(self, status, headers, body):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def send_json(self, status, document, headers=None):
        self.send(status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(document).encode())


class UpstreamHandler(Handler):
    """The service's own face."""

    def begin(self):
        self.began = time.time()
        self.stage, self.account, self.project, self.claims = "other", None, None, None

    def do_POST(self):
        self.begin()
        self.body = self.read_body()
        path = urllib.parse.urlsplit(self.path).path
        if path == TOKEN_PATH:
            self.serve_stage("token", self.token)
        elif path == EXPLORER_PATH:
            self.serve_exchange("project_code", self.headers.get("ProjectCode", ""))
        elif path.startswith(DESIGNER_PREFIX) and path.endswith(DESIGNER_SUFFIX):
            self.serve_exchange("project_id", path[len(DESIGNER_PREFIX):-len(DESIGNER_SUFFIX)])
        else:
            self.finish_with(404, {"message": "Not Found"}, "no such path")

    def do_GET(self):
        self.begin()
        self.finish_with(405, {"message": "Method Not Allowed"}, "not POST", {"Allow": "POST"})

    do_PUT = do_DELETE = do_HEAD = do_GET

    def serve_exchange(self, key, value):
        self.account, self.project = self.server.emulator.service.project(key, value)
        self.serve_stage("exchange", lambda: self.credentials(key, value))

    def serve_stage(self, stage, work):
        self.stage = stage
        if stage == "token":
            self.account = self.claimed_account()
        journal = self.server.emulator.journal
        journal.begin(stage)
        try:
            if not self.struck(self.server.emulator.faults.strike(stage, self.account, self.project)):
                self.answer(work)
        finally:
            journal.end(stage)

    def answer(self, work):
        try:
            self.finish_with(200, work(), "")
        except rules.Refusal as refusal:
            self.finish_with(refusal.status, refusal.document, refusal.reason)

    def token(self):
        url = f"{self.server.base}{self.path}"
        document, self.claims = self.server.emulator.service.access_token(
            url, self.headers.get("Content-Type"), self.body)
        return document

    def credentials(self, key, value):
        self.check_exchange_form()
        return self.server.emulator.service.credentials(self.headers.get("Authorization"), key, value)

    def check_exchange_form(self):
        def wrong(status, reason):
            return rules.Refusal(status, {"message": "Bad Request"}, reason)

        if self.headers.get("Content-Length") != "0" or self.headers.get("Transfer-Encoding"):
            raise wrong(411, "no Content-Length: 0")
        if self.headers.get("Expect"):
            raise wrong(417, "an Expect header")
        if self.headers.get("Accept") != "application/json":
            raise wrong(406, f"Accept is {self.headers.get('Accept')}")
        if self.headers.get("Content-Type") != "application/json; charset=utf-8":
            raise wrong(415, f"Content-Type is {self.headers.get('Content-Type')}")

    def claimed_account(self):
        """claimed_account() is whom the assertion names, unverified: faults go by it."""
        try:
            assertion = dict(urllib.parse.parse_qsl(self.body.decode("ascii"))).get("client_assertion", "")
            name = rules.jwt.decode(assertion, options={"verify_signature": False}).get("iss")
        except (ValueError, rules.jwt.PyJWTError):
            return None
        return next((a for a in self.server.emulator.service.accounts if a["service_account"] == name), None)

    def struck(self, fault):
        """struck() plays the fault and is true when no true answer shall follow."""
        if fault is None:
            return False
        self.server.emulator.closing.wait(fault.get("delay_seconds", 0))
        action = fault.get("action", "answer")
        if action == "answer":
            return False
        if action in ("hang", "reset", "truncated"):
            self.break_off(action)
            return True
        status, headers, body = scripted.scripted_answer(fault)
        self.note(status, f"scripted {action}")
        self.send(status, headers, body)
        return True

    def break_off(self, action):
        self.note(0, f"scripted {action}")
        if action == "hang":
            self.server.emulator.closing.wait(120)
        elif action == "truncated":
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"access_token": "half')
            self.wfile.flush()
        self.close_connection = True
        if action == "reset":
            cut(self.connection)

    def finish_with(self, status, document, reason, headers=None):
        self.note(status, reason)
        self.send_json(status, document, headers)

    def note(self, status, reason):
        self.server.emulator.journal.add({
            "began": self.began, "at": time.time(), "stage": self.stage, "method": self.command, "path": self.path, "status": status,
            "reason": reason, "account": self.account["name"] if self.account else None,
            "project": self.project["profile"] if self.project else None, "claims": self.claims,
            "peer_port": self.client_address[1], "body_bytes": len(getattr(self, "body", b"")),
            "headers": {name: "(redacted)" if name.lower() in SECRET_HEADERS else value
                        for name, value in self.headers.items()}})


class ControlHandler(Handler):
    """/_control/…: what tests set and read. Hands out secrets, to loopback only: it is where a test learns which
    strings must be found nowhere else."""

    def do_GET(self):
        emulator = self.server.emulator
        documents = {
            "log": lambda: emulator.journal.entries,
            "counters": emulator.journal.counters,
            "faults": emulator.faults.listing,
            "settings": lambda: emulator.service.settings,
            "issued": lambda: emulator.service.issued,
            "secrets": emulator.secrets,
            "ready": lambda: emulator.ready,
        }
        self.dispatch(documents)

    def do_POST(self):
        emulator, body = self.server.emulator, self.read_body()
        self.document = json.loads(body) if body else {}
        self.dispatch({
            "settings": self.change_settings,
            "faults": lambda: {"id": emulator.faults.add(self.document)},
            "credentials": self.supply,
            "revoke": lambda: emulator.service.revoke() or {},
            "down": lambda: emulator.down() or {},
            "up": lambda: emulator.up() or {},
            "keys": lambda: emulator.change_key(self.document),
            "tls": lambda: emulator.change_certificate(self.document["certificate"]) or {},
            "reset": lambda: emulator.reset() or {},
        })

    def do_DELETE(self):
        emulator = self.server.emulator
        name, _, identifier = self.path.removeprefix("/_control/").partition("/")
        if name == "faults":
            emulator.faults.clear(int(identifier) if identifier else None)
        elif name == "log":
            emulator.journal.clear()
        self.send_json(200, {})

    def dispatch(self, documents):
        make = documents.get(self.path.removeprefix("/_control/"))
        if make is None:
            self.send_json(404, {"message": f"no {self.path}; there are {sorted(documents)}"})
            return
        try:
            self.send_json(200, make())
        except (ValueError, KeyError) as error:
            self.send_json(400, {"message": str(error)})

    def change_settings(self):
        unknown = set(self.document) - set(rules.DEFAULTS)
        if unknown:
            raise ValueError(f"no such setting: {sorted(unknown)}")
        self.server.emulator.service.settings.update(self.document)
        return self.server.emulator.service.settings

    def supply(self):
        self.server.emulator.service.supplied = collections.deque(self.document)
        return {"supplied": len(self.document)}


def tls_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
