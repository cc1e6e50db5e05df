"""Receives webhooks and verifies them."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from standardwebhooks import Webhook, WebhookVerificationError

BODY_BYTES_MAX = 1_048_576


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
                event = Webhook(secret()).verify(body, headers)
            except (WebhookVerificationError, ValueError) as refused:
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
