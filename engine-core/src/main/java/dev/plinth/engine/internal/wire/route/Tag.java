package dev.plinth.engine.internal.wire.route;

/** The groups of routes in documents, in the order in which documents show them. */
public enum Tag {
    RESOURCES("Resources", "What a workspace keeps: a type, data and metadata, in a state."),
    CHILDREN("Children", "Parts of a resource."),
    SHARES("Shares", "The right of another workspace to a resource."),
    BATCH("Batch", "Several calls as one, all of them or none."),
    OPERATIONS("Operations", "Verbs of the host on a resource."),
    JOBS("Jobs", "Work with a state, run by the host or by a worker."),
    LEASES("Leases", "Jobs of workers outside of the server. These calls cost no rate-limit units."),
    EVENTS("Events", "What happened, as lists, as a stream and in webhooks."),
    ENDPOINTS("Webhook endpoints", "Where the events of a workspace go."),
    DELIVERIES("Deliveries", "One event for one webhook endpoint, with all attempts."),
    WORKSPACE("Workspace", "The caller's own workspace, its rate limit and its requests."),
    KEYS("Keys", "API keys of the workspace."),
    OPERATOR("Operator", "Workspaces, tables and the configuration, with the operator's token."),
    CLOCK("Test clock", "The clock of an engine that runs in a test."),
    SERVER("Server", "Health, figures and documents.");

    private final String title;
    private final String description;

    Tag(String title, String description) {
        this.title = title;
        this.description = description;
    }

    /** Returns the name that documents show. */
    public String title() {
        return title;
    }

    public String description() {
        return description;
    }
}
