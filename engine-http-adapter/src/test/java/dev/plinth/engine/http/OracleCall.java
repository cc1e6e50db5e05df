package dev.plinth.engine.http;

/**
 * A call of an {@link OracleWriter}.
 *
 * @param kind what it does
 * @param path what it is sent to
 * @param key its idempotency key, which no other call has
 * @param body what it sends; empty for none
 * @param mark a word that only it brings in, and by which what it makes is found
 * @param resource the id of the resource whose events tell of it; empty if there is none, or not yet
 */
record OracleCall(Kind kind, String path, String key, String body, String mark, String resource) {
    /** Without the body, which is long. */
    @Override
    public String toString() {
        return kind + " " + path + " with " + key;
    }

    /** The kinds of changes, each with its method, the status of its answer and the event that tells of it. */
    enum Kind {
        CREATE("POST", 201, "resource.created"),
        PATCH("PATCH", 200, "resource.updated"),
        PAUSE("POST", 200, "resource.paused"),
        RESUME("POST", 200, "resource.resumed"),
        ARCHIVE("POST", 200, "resource.archived"),
        UNARCHIVE("POST", 200, "resource.unarchived"),
        DELETE("DELETE", 200, "resource.deleted"),
        CREATE_CHILD("POST", 201, "child.created"),
        PATCH_CHILD("PATCH", 200, "child.updated"),
        DELETE_CHILD("DELETE", 200, "child.deleted"),
        SHARE("PUT", 201, "resource.shared"),
        UNSHARE("DELETE", 200, "resource.unshared"),
        CREATE_KEY("POST", 201, "key.created"),
        REVOKE_KEY("DELETE", 200, "key.revoked"),
        CREATE_ENDPOINT("POST", 201, "webhook_endpoint.created"),
        PATCH_ENDPOINT("PATCH", 200, "webhook_endpoint.updated"),
        DELETE_ENDPOINT("DELETE", 200, "webhook_endpoint.deleted"),
        CREATE_JOB("POST", 202, ""),
        CANCEL_JOB("POST", 200, "job.canceled"),
        BULK("POST", 202, ""),
        PUBLISH("POST", 201, "");

        private final String method;
        private final int status;
        private final String event;

        Kind(String method, int status, String event) {
            this.method = method;
            this.status = status;
            this.event = event;
        }

        String method() {
            return method;
        }

        int status() {
            return status;
        }

        /** The type of its event; empty if none of the engine's tells of it. */
        String event() {
            return event;
        }

        boolean makesSomething() {
            return name().startsWith("CREATE") || this == SHARE || this == PUBLISH;
        }

        boolean endsSomething() {
            return name().startsWith("DELETE") || this == UNSHARE;
        }
    }
}
