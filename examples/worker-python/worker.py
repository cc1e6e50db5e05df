"""A worker: leases jobs of the type "render" and runs them. PLINTH_URI and PLINTH_KEY say where and as whom."""

import json
import os
import sys
import urllib.error
import urllib.request

URI = os.environ["PLINTH_URI"]
KEY = os.environ["PLINTH_KEY"]


def call(method, path, body=None):
    """Sends a call and returns the JSON of its answer."""
    request = urllib.request.Request(
        URI + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + KEY, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def render(job):
    """Does the work of a job. A job may come twice, so the work has to be the same both times."""
    pages = job["input"]["pages"]
    token = job["leaseToken"]
    for page in range(1, pages + 1):
        # Keeps the lease, and tells whether the job is still wanted.
        if call("POST", f"/v1/jobs/{job['id']}/heartbeat", {"leaseToken": token})["cancelRequested"]:
            raise RuntimeError("The job was canceled.")
        call("POST", f"/v1/jobs/{job['id']}/progress", {"leaseToken": token, "done": page, "total": pages})
    return {"rendered": pages}


def work(jobs):
    """Runs so many jobs."""
    while jobs > 0:
        leased = call("POST", "/v1/jobs/lease", {"types": ["render"], "max": 1, "leaseSeconds": 60, "wait": 30})
        for job in leased["data"]:
            token = job["leaseToken"]
            try:
                call("POST", f"/v1/jobs/{job['id']}/complete", {"leaseToken": token, "result": render(job)})
            except urllib.error.HTTPError as refused:
                # 409 lease_lost: another worker may have the job.
                print("dropped", job["id"], refused.read().decode(), file=sys.stderr)
            except Exception as failed:
                error = {"code": "render_failed", "detail": str(failed)}
                call("POST", f"/v1/jobs/{job['id']}/fail", {"leaseToken": token, "error": error, "retryable": True})
            jobs -= 1


if __name__ == "__main__":
    work(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
