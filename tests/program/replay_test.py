"""Claims: SDKs that no package of this machine brings (Java, C++, PHP, Rust, Swift, .NET, R, s3cmd, object_store) get
what they need: their requests as they stand on the wire, header for header, and the answer held to what their source
demands of it. The installable ones are held for real by tests/clients."""

import datetime
import json
import pathlib
import re
import socket
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import harness  # noqa: E402

LIST = "/latest/meta-data/iam/security-credentials"
WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

# Name, request line and headers without Host and Authorization, Host (None: none sent).
CONTAINER = [
    ("botocore", ["Accept-Encoding: identity", "User-Agent: python-urllib3/2.0", "Accept: application/json"], "full"),
    ("JS v3, neither Accept nor User-Agent", ["Connection: keep-alive"], "full"),
    ("JS v2", ["User-Agent: aws-sdk-nodejs/2.1", "Accept: application/json", "Connection: close"], "full"),
    ("Go v2", ["User-Agent: Go-http-client/1.1", "Accept: application/json", "Amz-Sdk-Request: attempt=1; max=3",
               "Accept-Encoding: gzip"], "full"),
    ("CRT, Host without port", ["Accept: application/json", "Accept-Encoding: identity",
                                "User-Agent: aws-sdk-crt/ecs-credentials-provider"], "127.0.0.1"),
    ("CRT, Host localhost", ["Accept: application/json"], "localhost"),
    ("Java v2", ["User-Agent: aws-sdk-java/2.20", "Accept: application/json", "Connection: keep-alive"], "full"),
    ("Rust", ["accept: application/json", "user-agent: aws-sdk-rust/1.0"], "full"),
    ("C++", ["User-Agent: aws-sdk-cpp/1.11", "Accept: */*"], "full"),
    (".NET", ["User-Agent: aws-sdk-dotnet/4", "traceparent: 00-0-0-00"], "full"),
    ("PHP", ["User-Agent: GuzzleHttp/7"], "full"),
    ("upper-case Host", ["Accept: */*"], "LOCALHOST"),
]


class Reply:
    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        self.text = self.body.decode()


class ReplayTest(harness.Case):
    projects = 2

    def setUp(self):
        super().setUp()
        self.daemon = self.serve()
        self.served = self.daemon.ready("mdh-lab", "mdh-lab-2")
        address = urllib.parse.urlsplit(self.daemon.url)
        self.address, self.host = (address.hostname, address.port), address.netloc

    def send(self, line, *headers, host="full", version="1.1"):
        """send() is the Reply to exactly these bytes; read by Content-Length, as CRT must."""
        host_line = [] if host is None else [f"Host: {self.host if host == 'full' else host}"]
        text = "\r\n".join([f"{line} HTTP/{version}", *host_line, *headers, "", ""])
        with socket.create_connection(self.address, 5) as connection:
            connection.sendall(text.encode())
            raw = b""
            while b"\r\n\r\n" not in raw or len(raw.partition(b"\r\n\r\n")[2]) < self.length(raw):
                piece = connection.recv(65536)
                if not piece:
                    break
                raw += piece
        reply = Reply(raw)
        self.assertEqual(len(reply.body), int(reply.headers["content-length"]))
        self.assertNotIn("transfer-encoding", reply.headers)
        self.assertNotIn("content-encoding", reply.headers)
        return reply

    @staticmethod
    def length(raw):
        found = re.search(rb"content-length: *(\d+)", raw, re.IGNORECASE)
        return int(found[1]) if found else 0

    def session_token(self, *headers, path="/latest/api/token"):
        reply = self.send(f"PUT {path}", *(headers or ("x-aws-ec2-metadata-token-ttl-seconds: 21600",)))
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "text/plain"))
        self.assertRegex(reply.text, r"\A[\x21-\x7e]{1,64}\Z")    # aws-c-auth takes no longer one
        return reply

    def metadata(self, path, *headers):
        return self.send(f"GET {path}", f"X-aws-ec2-metadata-token: {self.session_token().text}", *headers)


class ContainerTest(ReplayTest):
    def test_every_clients_request_is_answered(self):    # R2, R4, R8, R12
        for name, headers, host in CONTAINER:
            with self.subTest(client=name):
                reply = self.send("GET /credentials/mdh-lab", f"Authorization: {self.daemon.token}", *headers,
                                  host=host)
                self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/json"))
                self.assertEqual(json.loads(reply.text), self.served)
                self.assertLess(len(reply.body), 9500)
                self.assertEqual(reply.headers["cache-control"], "no-store")

    def test_http_1_0_without_host(self):    # R2
        reply = self.send("GET /credentials/mdh-lab", f"Authorization: {self.daemon.token}", host=None, version="1.0")
        self.assertEqual(reply.status, 200)

    def test_dates_are_whole_seconds_in_utc(self):    # R13
        self.assertRegex(self.served["Expiration"], WHOLE_SECONDS)

    def test_query_is_ignored_and_other_profiles_are_served(self):
        reply = self.send("GET /credentials/mdh-lab-2?x=a%20b&y=1", f"Authorization: {self.daemon.token}")
        self.assertEqual(json.loads(reply.text), self.daemon.credentials("mdh-lab-2").json)

    def test_errors_carry_both_casings_on_one_line(self):    # R9, R10
        for line, headers, status in [("GET /credentials/mdh-lab", [], 401),
                                      ("GET /credentials/nobody", [f"Authorization: {self.daemon.token}"], 400)]:
            reply = self.send(line, *headers)
            document = json.loads(reply.text)
            self.assertEqual((reply.status, reply.headers["content-type"]), (status, "application/json"))
            self.assertEqual([document["code"], document["message"]], [document["Code"], document["Message"]])
            self.assertNotIn("\n", reply.text.rstrip("\n"))

    def test_foreign_hosts_and_forwarded_requests_are_refused(self):
        token = f"Authorization: {self.daemon.token}"
        for header in ("Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "Via: 1.1 proxy", "Origin: http://a.b",
                       "Sec-Fetch-Mode: cors"):
            with self.subTest(header=header):
                self.assertEqual(self.send("GET /credentials/mdh-lab", token, header).status, 403)
        for host in ("evil.example", f"evil.example:{self.address[1]}", "127.0.0.1.evil.example", "169.254.169.254"):
            with self.subTest(host=host):
                self.assertEqual(self.send("GET /credentials/mdh-lab", token, host=host).status, 403)


class MetadataTest(ReplayTest):
    def test_session_token_is_given_in_every_framing(self):    # R4, R17
        ttl = "x-aws-ec2-metadata-token-ttl-seconds: "
        for name, headers in [
                ("CRT, no Content-Length", [ttl + "21600", "Connection: keep-alive"]),
                ("botocore", [ttl + "21600", "Content-Length: 0"]),
                ("Ruby", ["X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600", "Content-Length: 0",
                          "Content-Type: application/x-www-form-urlencoded"]),
                ("Go v2", [ttl + "300", "Content-Length: 0", "Amz-Sdk-Request: attempt=1; max=3"]),
                ("s3cmd", [ttl + "60", "Content-Length: 0"])]:
            with self.subTest(client=name):
                reply = self.session_token(*headers)
                given = min(1800, int(headers[0].split(": ")[1]))    # Kotlin keeps a refused one to its end
                self.assertEqual(reply.headers["x-aws-ec2-metadata-token-ttl-seconds"], str(given))

    def test_session_token_without_or_with_a_bad_life_is_400(self):    # R17
        for headers in ([], ["x-aws-ec2-metadata-token-ttl-seconds: 0"],
                        ["x-aws-ec2-metadata-token-ttl-seconds: 21601"],
                        ["x-aws-ec2-metadata-token-ttl-seconds: soon"]):
            self.assertEqual(self.send("PUT /latest/api/token", *headers).status, 400)

    def test_role_is_named_on_every_path_without_a_newline(self):    # R20
        for client, path in [("most", LIST + "/"), ("C++ and R", LIST), ("PHP and Swift", LIST + "-extended/"),
                             ("Java, doubled slash", "/" + LIST + "/")]:
            with self.subTest(client=client):
                reply = self.metadata(path)
                self.assertEqual((reply.status, reply.text, reply.headers["content-type"]),
                                 (200, "mdh-lab", "text/plain"))

    def test_credentials_hold_what_the_strictest_parser_wants(self):    # R21
        for path in (LIST, LIST + "-extended", "/" + LIST):
            for profile in ("mdh-lab", "mdh-lab-2"):
                with self.subTest(path=path, profile=profile):
                    reply = self.metadata(f"{path}/{profile}")
                    document = json.loads(reply.text)
                    served = self.daemon.credentials(profile).json
                    self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/json"))
                    self.assertEqual((document["Code"], document["Type"]), ("Success", "AWS-HMAC"))
                    for name in ("Expiration", "LastUpdated"):    # Swift crashes on anything else
                        self.assertRegex(document[name], WHOLE_SECONDS)
                    self.assertEqual({name: document[name] for name in served}, served)

    def test_region_and_identity(self):    # R22
        self.assertEqual(self.metadata("/latest/meta-data/placement/region").text, "us-east-1")
        self.assertEqual(self.metadata("/latest/meta-data/placement/availability-zone").text, "us-east-1a")
        document = json.loads(self.metadata("/latest/dynamic/instance-identity/document").text)
        self.assertEqual(document["region"], "us-east-1")

    def test_java_doubles_the_slash_of_the_token_path(self):
        self.session_token(path="//latest/api/token")

    def test_a_missing_or_bad_session_token_is_401_and_nothing_else(self):    # R19
        for headers in ([], ["X-aws-ec2-metadata-token: nonsense"]):
            for path in (LIST + "/", LIST + "/mdh-lab", LIST + "/nobody", "/latest/meta-data/placement/region"):
                with self.subTest(headers=headers, path=path):
                    self.assertEqual(self.send(f"GET {path}", *headers).status, 401)

    def test_what_is_not_there_is_404(self):
        for path in ("/latest/meta-data/instance-id", "/latest/user-data", LIST + "/nobody"):
            with self.subTest(path=path):
                self.assertEqual(self.metadata(path).status, 404)

    def test_a_forwarded_token_request_is_403(self):    # R17
        reply = self.send("PUT /latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds: 60",
                          "X-Forwarded-For: 1.2.3.4")
        self.assertEqual(reply.status, 403)

    def test_session_tokens_outlive_a_restart(self):    # R18
        port = self.address[1]
        token = self.session_token().text
        self.daemon.stop()
        daemon = self.serve("--listen", f"127.0.0.1:{port}", listen=False)
        daemon.ready()
        self.assertEqual(self.send(f"GET {LIST}/mdh-lab", f"X-aws-ec2-metadata-token: {token}").status, 200)

    def test_a_session_token_ends(self):
        token = self.session_token("x-aws-ec2-metadata-token-ttl-seconds: 1").text
        ask = lambda: self.send(f"GET {LIST}/", f"X-aws-ec2-metadata-token: {token}").status  # noqa: E731
        self.assertEqual(ask(), 200)
        harness.until(lambda: ask() == 401, 4, "the token's end")


class MethodTest(ReplayTest):
    def test_other_methods_are_405_with_allow(self):
        for line in ("POST /credentials/mdh-lab", "DELETE /status", "PUT /status", "PATCH /credentials"):
            with self.subTest(line=line):
                reply = self.send(line, f"Authorization: {self.daemon.token}", "Content-Length: 0")
                self.assertEqual(reply.status, 405)
                self.assertIn("GET", reply.headers["allow"])

    def test_dates_on_the_wire_are_near(self):
        end = datetime.datetime.strptime(self.served["Expiration"], "%Y-%m-%dT%H:%M:%SZ")
        left = (end - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)).total_seconds()
        self.assertTrue(3590 < left <= 3600, left)


if __name__ == "__main__":
    harness.main()
