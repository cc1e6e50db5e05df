"""Has the server send a webhook to the receiver, and then sends a forged one itself."""

import json
import os
import queue
import threading
import urllib.error
import urllib.request

from receiver import receiver

URI = os.environ["PLINTH_URI"]
KEY = os.environ["PLINTH_KEY"]


def post(url, body, headers):
    """Sends a POST and returns its status and the bytes of its answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def call(path, body):
    """Creates something and returns it."""
    headers = {"Authorization": "Bearer " + KEY, "Content-Type": "application/json"}
    status, answer = post(URI + path, json.dumps(body).encode(), headers)
    assert status == 201, answer
    return json.loads(answer)


secret = ""
accepted = queue.Queue()
server = receiver(lambda: secret, lambda *event: accepted.put(event))
threading.Thread(target=server.serve_forever, daemon=True).start()
hooks = f"http://127.0.0.1:{server.server_port}/hooks"

secret = call("/v1/webhook-endpoints", {"url": hooks, "types": ["resource.created"]})["secret"]
resource = call("/v1/resources", {"name": "Order 1"})

event, body, headers = accepted.get(timeout=30)
assert event["type"] == "resource.created", event
assert resource["id"].encode() in body, body

signed = {name: value for name, value in headers.items() if name.lower().startswith("webhook-")}
status, answer = post(hooks, body.replace(b"Order 1", b"Order 2"), signed)
assert status == 400, (status, answer)
status, answer = post(hooks, body, {"webhook-id": "msg_1"})
assert status == 400, (status, answer)
status, answer = post(hooks, body, signed)
assert status == 204 and accepted.empty(), (status, answer)

old = {name: str(int(value) - 301) if "timestamp" in name.lower() else value for name, value in signed.items()}
status, answer = post(hooks, body, old)
assert status == 400 and b"timestamp" in answer, (status, answer)

print("verified", event["type"], "and refused forged ones and an old one")
server.shutdown()
