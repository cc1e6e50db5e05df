"""Receives webhooks and verifies them as the Standard Webhooks specification says."""

import base64
import hashlib
import hmac
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

BODY_BYTES_MAX = 1_048_576
TOLERANCE_SECONDS = 300


def verified(secret, body, headers):
    """Returns the event, or raises ValueError if it was not signed with the secret in the last five minutes."""
    message, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(time.time() - int(sent)) > TOLERANCE_SECONDS:
        raise ValueError("webhook-timestamp is missing or too far from now")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    # While a secret is rotated there are two signatures. Non-ASCII ones would make compare_digest fail on text.
    signatures = headers.get("webhook-signature", "").encode().split(b" ")
    if not any(hmac.compare_digest(signature, expected) for signature in signatures):
        raise ValueError("webhook-signature has no signature with the secret of this endpoint")
    return json.loads(body)


def receiver(secret, handle):
    """Makes a server on a free port that hands each verified event to a function, once.

    `secret` returns the endpoint's secret, whsec_….
    """
    seen = set()
    lock = Lock()

    class Receiver(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self):
            length = int(self.headers.get("content-length") or 0)
            if length > BODY_BYTES_MAX:
                return self.answer(413)
            # The bytes as they came: JSON that is parsed and written again has another signature.
            body = self.rfile.read(length)
            headers = dict(self.headers.items())
            try:
                event = verified(secret(), body, self.headers)
            except ValueError as refused:
                return self.answer(400, str(refused))
            with lock:
                new = self.headers["webhook-id"] not in seen
                seen.add(self.headers["webhook-id"])
            if new:
                handle(event, body, headers)
            self.answer(204)

        def answer(self, status, text=""):
            content = text.encode()
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *ignored):
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
