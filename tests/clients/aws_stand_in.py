"""STS and S3 as far as a signature goes: each request's SigV4 signature is computed anew from the secret that belongs
to its access key, and an answer is given only when it is the same, the session token is the set's own, the date is
near and the set has not ended. The answer names the access key, so that a test sees which set signed. botocore's
signer computes; nothing of the program under test does."""

import datetime
import http.server
import re
import threading
import urllib.parse

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
                           r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")
STS = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:assumed-role/explorer/session</Arn><UserId>{key}</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""
S3 = """<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult><Owner><ID>1</ID></Owner><Buckets><Bucket>
<Name>{bucket}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"""
STS_ERROR = """<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{code}</Message></Error></ErrorResponse>"""
S3_ERROR = """<Error><Code>{code}</Code><Message>{code}</Message></Error>"""


class Denied(Exception):
    pass


class StandIn:
    def __init__(self, issued):
        """issued() is the list of credentials handed out so far, as the emulator gave them."""
        self._issued = issued
        self.accepted, self.denied = [], []
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                stand_in.answer(self)

            do_GET = do_HEAD = do_PUT = do_POST

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        service = "s3" if "/s3/aws4_request" in request.headers.get("Authorization", "") else "sts"
        try:
            key, service = self._verified(request, body)
            self.accepted.append((service, key))
            status, text = 200, (STS.format(key=key) if service == "sts" else S3.format(bucket=key.lower()))
        except Denied as denied:
            self.denied.append(str(denied))
            status, text = 403, (S3_ERROR if service == "s3" else STS_ERROR).format(code=denied)
        self._send(request, status, text.encode())

    @staticmethod
    def _send(request, status, body):
        request.send_response(status)
        request.send_header("Content-Type", "text/xml")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def _verified(self, request, body):
        match = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if not match:
            raise Denied("MissingAuthenticationToken")
        key, day, region, service, signed, signature = match.groups()
        owner = next((entry for entry in self._issued() if entry["AccessKeyId"] == key), None)
        if owner is None:
            raise Denied("InvalidClientTokenId")
        if request.headers.get("X-Amz-Security-Token") != owner["SessionToken"]:
            raise Denied("InvalidToken")
        date = request.headers.get("X-Amz-Date", "")
        self._check_dates(date, day, owner["Expiration"])
        if signature != self._signature(request, body, signed.split(";"), (owner, service, region, date)):
            raise Denied("SignatureDoesNotMatch")
        return key, service

    @staticmethod
    def _check_dates(date, day, expiration):
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        try:
            signed_at = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ")
        except ValueError:
            raise Denied("IncompleteSignature") from None
        if abs((now - signed_at).total_seconds()) > 900 or not date.startswith(day):
            raise Denied("RequestTimeTooSkewed")
        if now > datetime.datetime.strptime(expiration[:19], "%Y-%m-%dT%H:%M:%S"):
            raise Denied("ExpiredToken")

    @staticmethod
    def _signature(request, body, signed, scope):
        owner, service, region, date = scope
        signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(
            Credentials(owner["AccessKeyId"], owner["SecretAccessKey"], owner["SessionToken"]), service, region)
        split = urllib.parse.urlsplit(request.path)
        copy = AWSRequest(method=request.command, url=f"http://{request.headers['Host']}{request.path}", data=body,
                          headers={name: request.headers[name] for name in signed if name in request.headers},
                          params=dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True)) or None)
        copy.url = copy.url.split("?")[0]
        copy.context["timestamp"] = date
        if "x-amz-content-sha256" not in signed and request.headers.get("X-Amz-Content-SHA256"):
            copy.context["payload_signing_enabled"] = True
        signer._should_sha256_sign_payload = lambda _: True
        return signer.signature(signer.string_to_sign(copy, signer.canonical_request(copy)), copy)
