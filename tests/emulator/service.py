"""MyDataHelps as rules and state, without HTTP: who may have an access token (RFC 7523, IdentityServer's habits),
and who may have AWS credentials. Thread-safe. Shares no code with the program that it checks: the signature is
verified by PyJWT, the claims by hand."""

import collections
import datetime
import re
import secrets
import string
import threading
import time
import urllib.parse

import jwt

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM_FIELDS = ["client_assertion", "client_assertion_type", "grant_type", "scope"]
CLAIMS = {"iss", "sub", "aud", "exp", "jti"}
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
CLOCK_TOLERANCE = 300

DEFAULTS = {
    "access_token_life_seconds": 300,
    "credentials_life_seconds": 3600,
    "longest_assertion_seconds": 3600,
    "clock_offset_seconds": 0,        # the service's clock against the machine's: Date, exp and Expiration
    "date_offset_seconds": 0,         # the Date header alone
    "expires_in": True,               # False: the token reply has none
    "expiration_form": "milliseconds",
    "authorization_scheme": "",
    "access_token_length": 1200,
    "session_token_length": 700,
    "audience": "",                   # empty: the URL posted to
}


class Refusal(Exception):
    """An answer that is no success: HTTP status, the JSON document sent, and the true reason, for the log only."""

    def __init__(self, status, document, reason):
        super().__init__(reason)
        self.status, self.document, self.reason = status, document, reason


def invalid_client(reason):
    """IdentityServer gives one word for nearly every fault; the reason stays in its log."""
    return Refusal(400, {"error": "invalid_client"}, reason)


def expiration(form, moment):
    """expiration() renders the epoch seconds `moment` in one of the forms that a client may meet."""
    at = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    eastern = at.astimezone(datetime.timezone(datetime.timedelta(hours=-5)))
    return {
        "milliseconds": lambda: at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
        "seconds": lambda: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ticks": lambda: at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z",
        "offset": lambda: eastern.isoformat(timespec="seconds"),
        "epoch": lambda: int(moment),
        "garbage": lambda: "in a while",
        "far": lambda: (at + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "past": lambda: (at - datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }[form]()


def opaque(length, alphabet=string.ascii_letters + string.digits + "-_"):
    return "".join(secrets.choice(alphabet) for _ in range(length))


class Service:
    def __init__(self, accounts, public_keys):
        """accounts: [{name, service_account, projects: [{profile, project_code, project_id}]}]; public_keys:
        {service_account: [key, …]}, several while keys are being rotated."""
        self.accounts, self.public_keys = accounts, public_keys
        self.settings = dict(DEFAULTS)
        self.supplied = collections.deque()   # credentials to hand out instead of invented ones
        self.issued = []                      # every set handed out, oldest first
        self.assertions = []                  # every assertion taken, for a search in outputs
        self._burnt = {}
        self._access_tokens = {}
        self._lock = threading.Lock()

    def now(self):
        return time.time() + self.settings["clock_offset_seconds"]

    # --- access tokens -------------------------------------------------------------------------------------------

    def access_token(self, url, content_type, body):
        """access_token() is the reply's document and the account, for a form posted to `url`."""
        form = self._form(content_type, body)
        account, claims = self._verified(form["client_assertion"], url)
        life = self.settings["access_token_life_seconds"]
        token = opaque(self.settings["access_token_length"])
        with self._lock:
            self.assertions.append(form["client_assertion"])
            self._access_tokens[token] = (account["service_account"], self.now() + life)
        document = {"access_token": token, "token_type": "Bearer", "scope": "api"}
        if self.settings["expires_in"]:
            document["expires_in"] = life
        return document, claims

    @staticmethod
    def _form(content_type, body):
        def refusal(error, reason):
            return Refusal(400, {"error": error}, reason)

        if (content_type or "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            raise refusal("invalid_request", f"Content-Type is {content_type}")
        try:
            fields = urllib.parse.parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        except (UnicodeDecodeError, ValueError):
            raise refusal("invalid_request", "the body is not a form") from None
        if sorted(name for name, _ in fields) != FORM_FIELDS:
            raise refusal("invalid_request", f"the form's fields are {sorted(name for name, _ in fields)}")
        form = dict(fields)
        if form["grant_type"] != "client_credentials":
            raise refusal("unsupported_grant_type", form["grant_type"])
        if form["scope"] != "api":
            raise refusal("invalid_scope", form["scope"])
        if form["client_assertion_type"] != ASSERTION_TYPE:
            raise invalid_client("client_assertion_type")
        return form

    def _verified(self, assertion, url):
        try:
            header = jwt.get_unverified_header(assertion)
            claimed = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise invalid_client(f"the assertion is no JWS: {error}") from None
        if "=" in assertion:
            raise invalid_client("base64url with padding")
        if header != {"alg": "RS256", "typ": "JWT"}:
            raise invalid_client(f"header {header}")
        account = self._account(claimed.get("iss"))
        if not any(self._signed_by(assertion, key) for key in self.public_keys[account["service_account"]]):
            raise invalid_client("the signature does not fit any key of the account")
        self._check_claims(claimed, url)
        return account, claimed

    def _account(self, name):
        for account in self.accounts:
            if account["service_account"] == name:
                return account
        raise invalid_client(f"no account {name!r}")

    @staticmethod
    def _signed_by(assertion, key):
        try:
            jwt.decode(assertion, key, algorithms=["RS256"], options={
                "verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False})
            return True
        except jwt.PyJWTError:
            return False

    def _check_claims(self, claims, url):
        if set(claims) != CLAIMS:
            raise invalid_client(f"the claims are {sorted(claims)}")
        if claims["sub"] != claims["iss"]:
            raise invalid_client("sub differs from iss")
        if claims["aud"] != (self.settings["audience"] or url):
            raise invalid_client(f"aud is {claims['aud']!r}, not the URL posted to, {url}")
        self._check_window(claims["exp"])
        self._burn(claims["jti"], claims["exp"])

    def _check_window(self, exp):
        if type(exp) is not int:
            raise invalid_client(f"exp is {type(exp).__name__}, no integer")
        now = self.now()
        if exp < now - CLOCK_TOLERANCE:
            raise invalid_client(f"exp is {now - exp:.0f} s past")
        if exp > now + self.settings["longest_assertion_seconds"] + CLOCK_TOLERANCE:
            raise invalid_client(f"exp is {exp - now:.0f} s ahead")

    def _burn(self, jti, exp):
        if not isinstance(jti, str) or not UUID4.fullmatch(jti):
            raise invalid_client("jti is no UUID of version 4")
        with self._lock:
            now = self.now()
            self._burnt = {old: until for old, until in self._burnt.items() if until > now}
            if jti in self._burnt:
                raise invalid_client("jti was used before")
            self._burnt[jti] = exp + CLOCK_TOLERANCE

    def revoke(self):
        """revoke() forgets every access token: the next exchange with one is answered 401."""
        with self._lock:
            self._access_tokens.clear()

    def forget(self):
        with self._lock:
            for memory in (self.supplied, self.issued, self.assertions, self._access_tokens):
                memory.clear()

    # --- credentials ---------------------------------------------------------------------------------------------

    def access_tokens(self):
        with self._lock:
            return list(self._access_tokens)

    def project(self, key, value):
        """project() is (account, project) by project_code or project_id; (None, None) when there is none."""
        for account in self.accounts:
            for project in account["projects"]:
                if project[key] == value:
                    return account, project
        return None, None

    def credentials(self, authorization, key, value):
        """credentials() is the document of a fresh set for the project that `key` = `value` names."""
        owner = self._owner(authorization)
        account, project = self.project(key, value)
        if project is None:
            raise Refusal(404 if key == "project_id" else 403, {"message": "Forbidden"}, f"no project {value!r}")
        if account["service_account"] != owner:
            raise Refusal(403, {"message": "Forbidden"}, f"{owner} may not have {value}")
        document = self._invented() if not self.supplied else self._handed()
        with self._lock:
            self.issued.append({"profile": project["profile"], "at": time.time(), **document})
        return document

    def _owner(self, authorization):
        scheme = self.settings["authorization_scheme"]
        token = authorization or ""
        if scheme:
            given, _, token = token.partition(" ")
            if given != scheme:
                raise Refusal(401, {"message": "Unauthorized"}, "the authorization scheme")
        with self._lock:
            owner, until = self._access_tokens.get(token, (None, 0))
        if owner is None:
            raise Refusal(401, {"message": "Unauthorized"}, "an unknown access token")
        if until <= self.now():
            raise Refusal(401, {"message": "Unauthorized"}, "the access token has expired")
        return owner

    def _invented(self):
        document = {
            "AccessKeyId": "ASIA" + opaque(16, string.ascii_uppercase + "234567"),
            "SecretAccessKey": opaque(40, string.ascii_letters + string.digits + "/+"),
            "SessionToken": "IQoJ" + opaque(self.settings["session_token_length"] - 6,
                                            string.ascii_letters + string.digits + "/+") + "==",
        }
        return self._dated(document)

    def _handed(self):
        """_handed() is the next supplied set; the last one is given again and again."""
        with self._lock:
            document = dict(self.supplied[0])
            if len(self.supplied) > 1:
                self.supplied.popleft()
        return document if "Expiration" in document else self._dated(document)

    def _dated(self, document):
        form = self.settings["expiration_form"]
        if form != "absent":
            document["Expiration"] = expiration(form, self.now() + self.settings["credentials_life_seconds"])
        return document
