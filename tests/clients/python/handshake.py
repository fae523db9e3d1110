"""The handshake with requests or httpx: `handshake.py requests`, `handshake.py httpx`.

Credentials and ids are those of fixtures/default.json.
"""

import importlib
import os
import re
import sys

ATLAS = "/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens"
SOURCE = "/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink"
ATLAS_KEY = ("atlasown", "00000000-0000-4000-8000-000000000001")
SOURCE_KEY = ("cloudown", "00000000-0000-4000-8000-000000000011")
SERVICE_ACCOUNT = ("mdb_sa_id_000000000000000000000001", "mdb_sa_sk_for-tests-only")
LINK_TOKEN = re.compile("[A-Za-z0-9+/]{192}")
CHALLENGE = re.compile(
    'Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/]{32}", algorithm=MD5, qop="auth", stale=false'
)


def expect(what, expected, actual):
    if expected != actual:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")


def expect_match(what, pattern, text):
    if not pattern.fullmatch(text):
        sys.exit(f"{what}: {text!r} does not match {pattern.pattern}")


class Api:
    """One API, one session, and so one nonce for all its requests."""

    def __init__(self, session, accept):
        self.session = session
        self.session.headers["Accept"] = accept
        self.count = 0

    def call(self, status, method, path, **more):
        what = f"{method} {path}"
        answer = self.session.request(method, os.environ["ATLAS_MOCK_URL"] + path, **more)
        expect(what, status, answer.status_code)
        self.count += 1
        # The challenge comes once; after that the session answers it ahead of time, with the next count.
        challenges = [earlier.status_code for earlier in answer.history]
        expect(f"{what}, challenges", [401] if self.count == 1 else [], challenges)
        counts = re.findall("nc=([0-9a-f]{8})", answer.request.headers["Authorization"])
        expect(f"{what}, nonce count", [f"{self.count:08x}"], counts)
        return answer


def bearer_token(library):
    answer = library.post(
        os.environ["ATLAS_MOCK_URL"] + "/api/oauth/token",
        auth=SERVICE_ACCOUNT,
        data={"grant_type": "client_credentials"},
        headers={"Accept": "application/json"},
    )
    expect("POST token", 200, answer.status_code)
    token = answer.json()
    expect("POST token", ["access_token", "expires_in", "token_type"], list(token))
    expect("token_type", "Bearer", token["token_type"])
    expect("expires_in", 3600, token["expires_in"])
    return token["access_token"]


def handshake(library, session):
    atlas = Api(session(*ATLAS_KEY), "application/vnd.atlas.2023-01-01+json")
    source = Api(session(*SOURCE_KEY), "application/json")

    answer = atlas.call(404, "DELETE", ATLAS)
    expect("DELETE linkTokens without a link", "UNEXPECTED_ERROR", answer.json()["errorCode"])

    answer = library.post(
        os.environ["ATLAS_MOCK_URL"] + ATLAS,
        headers={
            "Accept": "application/vnd.atlas.2023-01-01+json",
            "Authorization": f"Bearer {bearer_token(library)}",
        },
        json={"accessListIps": []},
    )
    expect("POST linkTokens, bearer", 201, answer.status_code)
    expect_match("linkToken, bearer", LINK_TOKEN, answer.json()["linkToken"])

    link_token = atlas.call(201, "POST", ATLAS, json={"accessListIps": []}).json()["linkToken"]
    expect_match("linkToken", LINK_TOKEN, link_token)

    answer = source.call(201, "POST", SOURCE, json={"linkToken": link_token})
    expect("POST migrationLink", {"status": "SYNCED"}, answer.json())

    answer = source.call(200, "GET", f"{SOURCE}/status")
    expect("GET status", {"status": "SYNCED"}, answer.json())

    # The query is part of what the digest covers.
    answer = source.call(200, "GET", f"{SOURCE}/status", params={"envelope": "true", "pretty": "true"})
    expect("GET status, envelope", {"content": {"status": "SYNCED"}, "status": 200}, answer.json())

    answer = session("cloudown", "wrong").get(os.environ["ATLAS_MOCK_URL"] + f"{SOURCE}/status")
    expect("wrong secret", 401, answer.status_code)
    expect("wrong secret, challenges", 1, len(answer.history))
    expect("wrong secret", "UNEXPECTED_ERROR", answer.json()["errorCode"])
    expect_match("wrong secret, challenge", CHALLENGE, answer.headers["WWW-Authenticate"])

    expect("DELETE migrationLink", b"", source.call(204, "DELETE", SOURCE).content)
    expect("DELETE linkTokens", b"", atlas.call(204, "DELETE", ATLAS).content)


def requests_session(library):
    def session(user, password):
        made = library.Session()
        made.auth = library.auth.HTTPDigestAuth(user, password)
        return made

    return session


def httpx_session(library):
    return lambda user, password: library.Client(auth=library.DigestAuth(user, password))


SESSIONS = {"requests": requests_session, "httpx": httpx_session}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SESSIONS:
        sys.exit("usage: handshake.py requests|httpx")
    if "ATLAS_MOCK_URL" not in os.environ:
        sys.exit("ATLAS_MOCK_URL: set it to the base URL of the server")
    library = importlib.import_module(sys.argv[1])
    handshake(library, SESSIONS[sys.argv[1]](library))
