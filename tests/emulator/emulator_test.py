"""Claims: the emulator lets the notebook's own flow through; refuses an assertion for each fault that
IdentityServer refuses it for, with its words; burns every jti; gives credentials only to the account that owns the
project; and plays each scripted fault. What this file proves is what every later test leans on."""

import datetime
import http.client
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

import jwt

import material
import running

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def post(url, body=b"", headers=None, timeout=10, opener=OPENER):
    """post() is (status, headers, body text) whatever the status."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method="POST")
    try:
        with opener.open(request, timeout=timeout) as reply:
            return reply.status, reply.headers, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


class EmulatorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = running.RunningEmulator("--accounts", "2", "--projects", "2")

    @classmethod
    def tearDownClass(cls):
        cls.emulator.stop()

    def setUp(self):
        self.emulator.control("reset", {})
        self.ready = self.emulator.ready
        self.account, self.other = self.emulator.accounts
        self.key = pathlib.Path(self.account["pkcs1"]).read_text()

    def claims(self, **changes):
        claims = {"iss": self.account["service_account"], "sub": self.account["service_account"],
                  "aud": self.ready["token_url"], "exp": int(time.time()) + 900, "jti": str(uuid.uuid4())}
        claims.update(changes)
        return {name: value for name, value in claims.items() if value is not None}

    def form(self, assertion, **changes):
        form = {"scope": "api", "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion}
        form.update(changes)
        return urllib.parse.urlencode(form).encode()

    def ask_token(self, claims=None, key=None, algorithm="RS256", headers=None, url=None, opener=OPENER):
        assertion = jwt.encode(claims or self.claims(), key or self.key, algorithm=algorithm, headers=headers)
        return post(url or self.ready["token_url"], self.form(assertion), opener=opener)

    def access_token(self):
        status, _, body = self.ask_token()
        self.assertEqual(status, 200)
        return json.loads(body)["access_token"]

    def ask_credentials(self, token, code=None, url=None, **headers):
        everything = {"Authorization": token, "Accept": "application/json", "Content-Length": "0",
                      "Content-Type": "application/json; charset=utf-8", **headers}
        if url is None:
            everything["ProjectCode"] = code or self.account["projects"][0]["project_code"]
        return post(url or self.ready["explorer_url"], headers=everything)

    def assert_refused(self, reply, reason):
        status, _, body = reply
        self.assertEqual((status, json.loads(body)), (400, {"error": "invalid_client"}))
        self.assertIn(reason, self.emulator.control("log")[-1]["reason"])


class TokenTest(EmulatorTest):
    def test_lets_the_notebooks_flow_through(self):
        token = self.access_token()
        status, headers, body = self.ask_credentials(token)
        credentials = json.loads(body)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        self.assertEqual(set(credentials), {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"})
        self.assertRegex(credentials["Expiration"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(self.emulator.issued()[0]["AccessKeyId"], credentials["AccessKeyId"])

    def test_reply_names_life_scope_and_type(self):
        self.emulator.settings(access_token_life_seconds=77)
        _, _, body = self.ask_token()
        reply = json.loads(body)
        self.assertEqual((reply["expires_in"], reply["scope"], reply["token_type"]), (77, "api", "Bearer"))

    def test_takes_pkcs8_and_pkcs1_of_the_same_key(self):
        self.assertEqual(self.ask_token(key=pathlib.Path(self.account["pkcs8"]).read_text())[0], 200)

    def test_refuses_each_bad_claim(self):
        now = int(time.time())
        for changes, reason in [
                ({"iss": "MyDataHelps.1.nobody"}, "no account"), ({"sub": "MyDataHelps.1.nobody"}, "sub differs"),
                ({"aud": "https://elsewhere.example/token"}, "aud is"), ({"aud": [self.ready["token_url"]]}, "aud is"),
                ({"exp": now - 400}, "past"), ({"exp": now + 86400}, "ahead"), ({"exp": now + 900.5}, "float"),
                ({"jti": "1"}, "no UUID"), ({"jti": None}, "the claims are"), ({"nbf": now}, "the claims are"),
                ({"iat": now}, "the claims are"), ({"exp": None}, "the claims are")]:
            with self.subTest(changes=changes):
                self.assert_refused(self.ask_token(self.claims(**changes)), reason)

    def test_tolerates_five_minutes_of_clock_and_no_more(self):
        self.assertEqual(self.ask_token(self.claims(exp=int(time.time()) - 290))[0], 200)
        self.assert_refused(self.ask_token(self.claims(exp=int(time.time()) - 310)), "past")

    def test_burns_a_jti(self):
        claims = self.claims()
        self.assertEqual(self.ask_token(claims)[0], 200)
        self.assert_refused(self.ask_token(claims), "used before")

    def test_refuses_a_foreign_key(self):
        self.assert_refused(self.ask_token(key=material.pem(material.new_key())), "signature")
        self.assert_refused(self.ask_token(key=pathlib.Path(self.other["pkcs1"]).read_text()), "signature")

    def test_refuses_other_algorithms_and_types(self):
        self.assert_refused(self.ask_token(algorithm="RS512"), "header")
        self.assert_refused(self.ask_token(key="none of yours, thirty-two bytes!", algorithm="HS256"), "header")
        self.assert_refused(self.ask_token(headers={"typ": "client-authentication+jwt"}), "header")
        self.assert_refused(self.ask_token(headers={"kid": "1"}), "header")

    def test_refuses_a_changed_signature(self):
        assertion = jwt.encode(self.claims(), self.key, algorithm="RS256")
        head, body, signature = assertion.split(".")
        changed = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
        self.assert_refused(post(self.ready["token_url"], self.form(f"{head}.{body}.{changed}")), "signature")
        self.assert_refused(post(self.ready["token_url"], self.form("no.jws")), "no JWS")

    def test_refuses_a_form_that_is_not_exact(self):
        assertion = jwt.encode(self.claims(), self.key, algorithm="RS256")
        for changes, error in [({"client_id": "x"}, "invalid_request"), ({"scope": "all"}, "invalid_scope"),
                               ({"grant_type": "password"}, "unsupported_grant_type"),
                               ({"client_assertion_type": "jwt"}, "invalid_client")]:
            with self.subTest(changes=changes):
                status, _, body = post(self.ready["token_url"], self.form(assertion, **changes))
                self.assertEqual((status, json.loads(body)["error"]), (400, error))
        status, _, body = post(self.ready["token_url"], self.form(assertion), {"Content-Type": "application/json"})
        self.assertEqual((status, json.loads(body)["error"]), (400, "invalid_request"))

    def test_knows_only_its_paths_and_post(self):
        self.assertEqual(post(self.ready["token_url"] + "s")[0], 404)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            OPENER.open(self.ready["token_url"])
        self.assertEqual(caught.exception.code, 405)
        caught.exception.close()


class ExchangeTest(EmulatorTest):
    def test_serves_the_designer_shape(self):
        url = self.ready["designer_url"].replace("{project_id}", self.account["projects"][1]["project_id"])
        self.assertEqual(self.ask_credentials(self.access_token(), url=url)[0], 200)
        self.assertEqual(self.emulator.issued()[0]["profile"], "mdh-lab-2")

    def test_refuses_unknown_expired_and_revoked_access_tokens(self):
        self.assertEqual(self.ask_credentials("nonsense")[0], 401)
        token = self.access_token()
        self.emulator.control("revoke", {})
        self.assertEqual(self.ask_credentials(token)[0], 401)
        self.emulator.settings(access_token_life_seconds=0)
        self.assertEqual(self.ask_credentials(self.access_token())[0], 401)

    def test_keeps_accounts_apart(self):
        token = self.access_token()
        self.assertEqual(self.ask_credentials(token, self.other["projects"][0]["project_code"])[0], 403)
        self.assertEqual(self.ask_credentials(token, "RK.1.Nobody")[0], 403)
        unknown = self.ready["designer_url"].replace("{project_id}", "none")
        self.assertEqual(self.ask_credentials(token, url=unknown)[0], 404)

    def test_wants_the_exact_headers(self):
        token = self.access_token()
        self.assertEqual(self.ask_credentials(token, Accept="*/*")[0], 406)
        self.assertEqual(self.ask_credentials(token, **{"Content-Type": "application/json"})[0], 415)
        self.assertEqual(self.ask_credentials(f"Bearer {token}")[0], 401)
        self.emulator.settings(authorization_scheme="Bearer")
        self.assertEqual(self.ask_credentials(f"Bearer {token}")[0], 200)

    def test_dates_in_every_form(self):
        for form, pattern in [("seconds", r"^\S{19}Z$"), ("ticks", r"\.\d{7}Z$"), ("offset", r"-05:00$"),
                              ("epoch", r"^\d{10}$"), ("garbage", "while"), ("absent", "^None$")]:
            self.emulator.settings(expiration_form=form)
            document = json.loads(self.ask_credentials(self.access_token())[2])
            self.assertRegex(str(document.get("Expiration")), pattern)

    def test_hands_out_supplied_credentials(self):
        supplied = [{"AccessKeyId": f"ASIA{n}", "SecretAccessKey": "s", "SessionToken": "t"} for n in range(2)]
        self.emulator.control("credentials", supplied)
        token = self.access_token()
        keys = [json.loads(self.ask_credentials(token)[2])["AccessKeyId"] for _ in range(3)]
        self.assertEqual(keys, ["ASIA0", "ASIA1", "ASIA1"])


class FaultTest(EmulatorTest):
    def test_plays_answers(self):
        for fault, status in [({"action": "status", "status": 503, "headers": {"Retry-After": "7"}}, 503),
                              ({"action": "status", "status": 429}, 429), ({"action": "garbage"}, 200),
                              ({"action": "html"}, 502), ({"action": "empty"}, 200)]:
            with self.subTest(fault=fault):
                self.emulator.fault(stage="token", times=1, **fault)
                answer = self.ask_token()
                self.assertEqual(answer[0], status)
                self.assertEqual(answer[1].get("Retry-After"), fault.get("headers", {}).get("Retry-After"))
                self.assertEqual(self.ask_token()[0], 200)

    def test_is_huge_when_told(self):
        self.emulator.fault(stage="token", action="huge", bytes=2 << 20)
        self.assertEqual(len(self.ask_token()[2]), 2 << 20)

    def test_redirects(self):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        self.emulator.fault(action="redirect")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay)
        status, headers, _ = self.ask_token(opener=opener)
        self.assertEqual((status, headers["Location"]), (307, "http://127.0.0.1:9/elsewhere"))

    def test_strikes_one_project_after_some_requests(self):
        code, other = [project["project_code"] for project in self.account["projects"]]
        self.emulator.fault(stage="exchange", project=code, after=1, times=1, action="status", status=403)
        token = self.access_token()
        statuses = [self.ask_credentials(token, c)[0] for c in (code, other, code, code)]
        self.assertEqual(statuses, [200, 200, 403, 200])

    def test_strikes_one_account(self):
        self.emulator.fault(account="clinic", action="status", status=500)
        self.assertEqual(self.ask_token()[0], 200)
        name = self.other["service_account"]
        claims = self.claims(iss=name, sub=name)
        self.assertEqual(self.ask_token(claims, pathlib.Path(self.other["pkcs1"]).read_text())[0], 500)

    def test_delays_hangs_resets_and_truncates(self):
        self.emulator.fault(delay_seconds=0.3, times=1)
        start = time.monotonic()
        self.assertEqual(self.ask_token()[0], 200)
        self.assertGreater(time.monotonic() - start, 0.3)
        self.emulator.fault(action="hang", times=1)
        with self.assertRaises(TimeoutError):
            post(self.ready["token_url"], b"x", timeout=0.3)
        self.emulator.fault(action="reset", times=1)
        with self.assertRaises((ConnectionResetError, http.client.RemoteDisconnected)):
            post(self.ready["token_url"], b"x")
        self.emulator.fault(action="truncated", times=1)
        with self.assertRaises(http.client.IncompleteRead):
            post(self.ready["token_url"], b"x")

    def test_moves_its_clock(self):
        self.emulator.settings(clock_offset_seconds=420)
        answer = self.ask_token(self.claims(exp=int(time.time()) + 60))
        self.assert_refused(answer, "past")
        date = datetime.datetime.strptime(answer[1]["Date"], "%a, %d %b %Y %H:%M:%S GMT")
        self.assertAlmostEqual((date - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)).total_seconds(), 420, delta=5)

    def test_goes_down_and_comes_back_on_the_same_port(self):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.ready["token_url"]).netloc, timeout=5)
        connection.request("GET", "/")
        connection.getresponse().read()
        self.emulator.control("down", {})
        with self.assertRaises(urllib.error.URLError):
            self.ask_token()
        with self.assertRaises((OSError, http.client.HTTPException)):
            connection.request("GET", "/")
            connection.getresponse()
        connection.close()
        self.emulator.control("up", {})
        self.assertEqual(self.ask_token()[0], 200)

    def test_refuses_unknown_faults_and_settings(self):
        for name, document in [("faults", {"action": "explode"}), ("settings", {"nonsense": 1})]:
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.emulator.control(name, document)
            self.assertEqual(caught.exception.code, 400)
            caught.exception.close()

    def test_journal_holds_counts_and_no_secret(self):
        token = self.access_token()
        self.ask_credentials(token)
        self.assertEqual(self.emulator.counters()["exchange:mdh-lab"], 1)
        self.assertEqual(self.emulator.counters()["token:200"], 1)
        journal, held = json.dumps(self.emulator.control("log")), self.emulator.control("secrets")
        strings = held["issued"] + held["access_tokens"] + held["assertions"]
        self.assertEqual(len(strings), 4)
        self.assertFalse([text for text in strings if text in journal])


class MaterialTest(EmulatorTest):
    def test_changes_a_key_with_and_without_overlap(self):
        new = self.emulator.control("keys", {"account": "clinic", "keep_old": True})["pem"]
        name, old = self.other["service_account"], pathlib.Path(self.other["pkcs1"]).read_text()
        for key in (old, new):
            self.assertEqual(self.ask_token(self.claims(iss=name, sub=name), key)[0], 200)
        self.emulator.control("keys", {"account": "clinic", "write": True})
        self.assert_refused(self.ask_token(self.claims(iss=name, sub=name), old), "signature")
        written = pathlib.Path(self.other["pkcs1"]).read_text()
        self.assertEqual(self.ask_token(self.claims(iss=name, sub=name), written)[0], 200)

    def test_speaks_tls_under_its_own_authority(self):
        tls = self.ready["tls"]

        def ask():
            context = ssl.create_default_context(cafile=tls["ca_file"])
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                 urllib.request.HTTPSHandler(context=context))
            return self.ask_token(self.claims(aud=tls["token_url"]), url=tls["token_url"], opener=opener)[0]

        self.assertEqual(ask(), 200)
        for kind, words in [("expired", "expired"), ("wrong_host", "IP address mismatch"),
                            ("self_signed", "self.signed")]:
            self.emulator.control("tls", {"certificate": kind})
            with self.assertRaisesRegex(urllib.error.URLError, words):
                ask()
        self.emulator.control("tls", {"certificate": "good"})
        self.assertEqual(ask(), 200)

    def test_writes_every_env_spelling_and_a_configuration(self):
        texts = {name: pathlib.Path(path).read_text() for name, path in self.ready["env_files"].items()}
        self.assertEqual(set(texts), {"escaped", "lines", "single_quotes", "base64", "path", "pkcs8", "designer"})
        self.assertIn('RKS_PRIVATE_KEY="-----BEGIN RSA PRIVATE KEY-----\\n', texts["escaped"])
        self.assertIn("RKS_PRIVATE_KEY='-----BEGIN RSA PRIVATE KEY-----\n", texts["single_quotes"])
        self.assertIn('RKS_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\n', texts["pkcs8"])
        config = json.loads(pathlib.Path(self.ready["config"]).read_text())
        self.assertEqual([len(account["projects"]) for account in config["accounts"]], [2, 2])
        self.assertEqual(pathlib.Path(self.account["pkcs1"]).stat().st_mode & 0o777, 0o600)


class LifeTest(unittest.TestCase):
    def test_is_ready_soon_and_ends_by_signal_and_by_end_of_input(self):
        with running.RunningEmulator() as emulator:
            emulator.process.send_signal(signal.SIGTERM)
            self.assertEqual(emulator.process.wait(60), 0)
        emulator = running.RunningEmulator()
        address = urllib.parse.urlsplit(emulator.ready["token_url"])
        emulator.stop()
        self.assertEqual(emulator.process.returncode, 0)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((address.hostname, address.port))

    def test_says_how_it_is_used(self):
        text = subprocess.run([sys.executable, str(running.PROGRAM), "--help"], capture_output=True, text=True,
                              check=True).stdout
        self.assertIn("--exit-on-eof", text)


if __name__ == "__main__":
    unittest.main()
