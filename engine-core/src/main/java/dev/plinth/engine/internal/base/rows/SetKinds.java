package dev.plinth.engine.internal.base.rows;

/** The kinds of ordered sets of all rooms in one place, so that no two share a number. Numbers are never reused. */
public final class SetKinds {
    /** All workspaces, for the operator. */
    public static final int WORKSPACES = 1;

    /** Keys of a workspace. */
    public static final int KEYS = 2;

    /** Active resources of a workspace. */
    public static final int RESOURCES_ACTIVE = 3;

    /** Paused resources of a workspace. */
    public static final int RESOURCES_PAUSED = 4;

    /** Archived resources of a workspace. */
    public static final int RESOURCES_ARCHIVED = 5;

    /** Children of a resource. */
    public static final int CHILDREN = 6;

    /** Shares of a resource. */
    public static final int SHARES_OF_RESOURCE = 7;

    /** Shares that a workspace was granted. */
    public static final int SHARES_TO_WORKSPACE = 8;

    /** Jobs of a workspace. */
    public static final int JOBS = 9;

    /** Jobs of a workspace in one status. */
    public static final int JOBS_BY_STATUS = 10;

    /** Jobs of a workspace of one type. */
    public static final int JOBS_BY_TYPE = 11;

    /** Jobs of a workspace on a resource, its own or another's. */
    public static final int JOBS_BY_RESOURCE = 12;

    /** Jobs of all workspaces that run in this JVM. */
    public static final int JOBS_RUNNING = 14;

    /** Events of a workspace. */
    public static final int EVENTS = 15;

    /** Events of a workspace of one type. */
    public static final int EVENTS_BY_TYPE = 16;

    /** Events of a workspace about a resource, its own or another's. */
    public static final int EVENTS_BY_RESOURCE = 17;

    /** Events of all workspaces. */
    public static final int EVENTS_OF_ALL = 18;

    /** Webhook endpoints of a workspace. */
    public static final int ENDPOINTS = 19;

    /** Deliveries of an endpoint. */
    public static final int DELIVERIES = 20;

    /** Deliveries of an endpoint in one status. */
    public static final int DELIVERIES_BY_STATUS = 21;

    /** Unsettled deliveries of an endpoint about one resource. */
    public static final int DELIVERY_LANE = 22;

    /** Milliseconds at which work is due. */
    public static final int DUE_TIMES = 23;

    /** Work that is due at one millisecond. */
    public static final int DUE_AT = 24;

    /** Resources of a workspace of one type. */
    public static final int RESOURCES_BY_TYPE = 25;

    /** Resources of a workspace with one pair of metadata. */
    public static final int RESOURCES_BY_METADATA = 26;

    /** Remembered answers of all workspaces. */
    public static final int REMEMBERED_OF_ALL = 27;

    /** Deliveries of all workspaces that are not settled. */
    public static final int DELIVERIES_OPEN = 28;

    /** Recently deleted workspaces, and those of them that have rows left. */
    public static final int WORKSPACES_DELETED = 29;

    /** Jobs that a workspace has on a resource and that are not final. */
    public static final int JOBS_OPEN_ON_RESOURCE = 30;

    /** Jobs of all workspaces in one status. */
    public static final int JOBS_OF_ALL_BY_STATUS = 31;

    /** Deliveries of all workspaces in one status. */
    public static final int DELIVERIES_OF_ALL_BY_STATUS = 32;

    /** Queued jobs of a workspace of one type and priority. */
    public static final int JOBS_READY_IN_WORKSPACE = 33;

    /** The last exhausted delivery of a lane, by endpoint and resource, until a delivery of the lane succeeds. */
    public static final int DELIVERY_LANE_BROKEN = 34;

    /** Due deliveries that wait for a slot at their endpoint, by the endpoint's number. */
    public static final int DELIVERIES_QUEUED = 35;

    /** Webhook endpoints of all workspaces at which deliveries wait for a slot. */
    public static final int ENDPOINTS_QUEUED_AT = 36;

    /** Queued jobs of one type and priority, by the turn of their workspace. */
    public static final int JOBS_READY_OF_TURN = 37;

    /** Turns of the workspaces that have queued jobs of one type and priority. */
    public static final int TURNS_READY = 38;

    /** Events of a workspace whose types are the host's and start with some words, by these words. */
    public static final int EVENTS_BY_PREFIX = 39;

    /** Types of a workspace's jobs that workers have leased recently. */
    public static final int LEASED_TYPES = 40;

    /** Deleted resources that have rows left. */
    public static final int RESOURCES_DELETED = 41;

    /** Deleted webhook endpoints that may have open deliveries. */
    public static final int ENDPOINTS_DELETED = 42;

    /** Releases of deliveries that are not done. */
    public static final int RELEASES = 43;

    /** Cancellations of jobs that are not done. */
    public static final int CANCELLATIONS = 44;

    /** Webhook endpoints for whose missed events deliveries are being made. */
    public static final int ENDPOINTS_MISSING = 45;

    /** Remembered answers of a workspace. */
    public static final int REMEMBERED = 46;

    /** Deleted webhook endpoints that have left deliveries, of all workspaces and of each. */
    public static final int ENDPOINTS_WITH_REMAINS = 47;

    /** Imported workspaces, by the first number of their ranges. */
    public static final int WORKSPACES_IMPORTED = 48;

    /** Webhook endpoints by the key that has sealed their secrets, and all of them. */
    public static final int ENDPOINTS_SEALED_BY = 49;

    /** Remembered answers with a secret by the key that has sealed it, and all of them. */
    public static final int REMEMBERED_SEALED_BY = 50;

    private SetKinds() {}
}
