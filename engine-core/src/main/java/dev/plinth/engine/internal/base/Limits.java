package dev.plinth.engine.internal.base;

import dev.plinth.engine.settings.EngineSetting;

/**
 * Every limit of the engine, with its unit in its name. The class checks the relations between limits when it is
 * loaded.
 */
public final class Limits {
    /** Bytes of a body. */
    public static final int BODY_BYTES_MAX = 256 * 1024;

    /** Bytes of an answer, or of a refused body, for one unit of the rate limit. */
    public static final int UNIT_BYTES = 256 * 1024;

    /** Bytes of the body of a bulk call. */
    public static final int BULK_BODY_BYTES_MAX = 4 * 1024 * 1024;

    /** Operations in a bulk call. */
    public static final int BULK_OPERATIONS_MAX = 10_000;

    /** Bytes of one row. */
    public static final int ROW_BYTES_MAX = 256 * 1024;

    /**
     * Bytes of one journal record, which has everything that a decision writes. The largest is a bulk call with its
     * input. What grows with a tenant's data is work in a backlog, which the sweep goes on with.
     */
    public static final int RECORD_BYTES_MAX = 6 * 1024 * 1024;

    /** Rows that one journal record puts or removes. At the usual sizes a thousand of them take some milliseconds. */
    public static final int RECORD_ROWS_MAX = 16 * 1024;

    /** Bytes that are written to the journal at once under one checksum: many small records or a large one. */
    public static final int FRAME_BYTES_MAX = 8 * 1024 * 1024;

    /** Bytes of one piece of a value that is too large for one row. */
    public static final int PIECE_BYTES_MAX = 64 * 1024;

    /** Values in the JSON of a body: objects, arrays, texts, numbers, booleans and nulls. Only a bulk call is large enough for more. */
    public static final int BODY_VALUES_MAX = 500_000;

    /** Levels of nesting in JSON, the value itself being the first. */
    public static final int JSON_DEPTH_MAX = 64;

    /** Workspaces that a workspace may name as those from which it accepts shares. */
    public static final int SHARES_FROM_MAX = 100;

    /** The least characters of the operator's token. */
    public static final int ADMIN_TOKEN_CHARS_MIN = 20;

    /** Code points of a name. */
    public static final int NAME_LENGTH_MAX = 255;

    /** Code points of a description. */
    public static final int DESCRIPTION_LENGTH_MAX = 1000;

    /** Bytes of {@code data} in compact form. */
    public static final int DATA_BYTES_MAX = 64 * 1024;

    /** Errors that one answer lists. */
    public static final int ERRORS_MAX = 100;

    /** Characters that the patterns of a schema visit in all strings of one value, with repeated visits. */
    public static final int SCHEMA_PATTERN_STEPS_MAX = 1_000_000;

    /** Digits of a number that a schema examines, including the zeros of its exponent. */
    public static final int SCHEMA_NUMBER_DIGITS_MAX = 1_000;

    /** Pairs in {@code metadata}. */
    public static final int METADATA_PAIRS_MAX = 50;

    /** Code points of a metadata key. */
    public static final int METADATA_KEY_LENGTH_MAX = 40;

    /** Code points of a metadata value. */
    public static final int METADATA_VALUE_LENGTH_MAX = 500;

    /** Items of a page. */
    public static final int PAGE_ITEMS_MAX = 100;

    /** Bytes of the items of a page. An item beyond them begins the next page, so a page of one item may be longer. */
    public static final int PAGE_BYTES_MAX = 1024 * 1024;

    /** Items of a page by default. */
    public static final int PAGE_ITEMS_DEFAULT = 20;

    /** Rows that a page with filters examines, for each item that was asked for. */
    public static final int PAGE_ROWS_PER_ITEM_MAX = 10;

    /** Characters of an idempotency key. */
    public static final int IDEMPOTENCY_KEY_LENGTH_MAX = 255;

    /**
     * Keys of a workspace that a rate limit for each key tells apart before it forgets those that have used nothing
     * recently.
     */
    public static final int POLICY_KEYS_MAX = 10_000;

    /** Rate-limit units of one call. */
    public static final int CALL_UNITS_MAX = 1_000;

    /** Hours for which an outcome is remembered under its idempotency key. */
    public static final int IDEMPOTENCY_HOURS = 24;

    /** Operations of a batch, which are one record. */
    public static final int BATCH_OPERATIONS_MAX = 100;

    /** Bytes of the answers to all operations of a batch under an idempotency key. One row remembers them. */
    public static final int BATCH_ANSWER_BYTES_MAX = ROW_BYTES_MAX - 4 * 1024;

    /** Rows that the operations of a batch write together, while all other writers wait. */
    public static final int BATCH_ROWS_MAX = 4_000;

    /** Effects of one run of host code, and reads of a unit of work. Effects are one record. */
    public static final int EFFECTS_MAX = BATCH_OPERATIONS_MAX;

    /** Threads that may be inside an observer of the host at once. Beyond them the engine passes it by. */
    public static final int OBSERVER_THREADS_MAX = 8;

    /** Threads that may tell an observer of ends at once. It was told of the begin of that work. */
    public static final int OBSERVER_ENDS_MAX = 64;

    /** Tries to commit the effects of a listener on one event, a second apart, that the state of its workspace refuses. */
    public static final int LISTENER_EFFECT_TRIES_MAX = 5;

    /** Runs of a unit of work that conflicts with changes of others. After them its caller is told. */
    public static final int UNIT_OF_WORK_TRIES_MAX = 16;

    /** Characters of a path in a batch. */
    public static final int BATCH_PATH_LENGTH_MAX = 2_000;

    /** Rows that the deletion of a resource writes in one record. The sweep goes on with a deletion that needs more. */
    public static final int DECISION_ROWS_MAX = 1_000;

    /** Children up to which the deletion of a resource is answered only once all its events exist. */
    public static final int DELETION_AWAITED_CHILDREN_MAX = 500;

    /** Real seconds that an answer waits for the sweep. */
    public static final int CARRIED_ON_SECONDS_MAX = 10;

    /** Rows that one step of the sweep writes or deletes. */
    public static final int SWEEP_ROWS_MAX = 200;

    /** Bytes of rows that one step of the sweep deletes. The last row may go beyond. */
    public static final int SWEEP_BYTES_MAX = 1024 * 1024;

    /** Bytes of rows that may change while a workspace is exported. They are kept in memory until it ends. */
    public static final long EXPORT_CHANGES_BYTES_MAX = 64L * 1024 * 1024;

    /** Minutes without a step after which an import is ended, because its caller is gone. */
    public static final int IMPORT_IDLE_MINUTES = 15;

    /** Rows of one step of an import, each of which is one record. */
    public static final int IMPORT_STEP_ROWS_MAX = 500;

    /** Bytes of rows of one step of an import. The last row may go beyond. */
    public static final int IMPORT_STEP_BYTES_MAX = 256 * 1024;

    /** Positions of an imported workspace. As many list numbers are reserved for it. */
    public static final long IMPORT_POSITIONS_MAX = Integer.MAX_VALUE;

    /** Rows of the last record of an import: the workspace, and work of the sweep that has not ended. */
    public static final int IMPORT_LAST_ROWS_MAX = 5_000;

    /** Steps of the sweep before it lets other work of the timers go first. */
    public static final int SWEEP_STEPS_MAX = 100;

    /** Calls under idempotency keys that may be in flight at once. */
    public static final int IDEMPOTENCY_IN_FLIGHT_MAX = 100_000;

    /** Bytes of a result of the host's code: of a synchronous operation, and of work under an idempotency key. */
    public static final int HOST_RESULT_BYTES_MAX = 128 * 1024;

    /** Bytes of the host's reply to a guarded read, which is never remembered. */
    public static final int GUARDED_READ_BYTES_MAX = 4 * 1024 * 1024;

    /** Headers of the host's reply to a guarded call. */
    public static final int GUARDED_HEADERS_MAX = 32;

    /** Characters of those headers together, with their names. */
    public static final int GUARDED_HEADER_CHARS_MAX = 8 * 1024;

    /** Seconds that a long poll may wait. */
    public static final int WAIT_SECONDS_MAX = 30;

    /** Threads for calls whose own thread must not wait for the writer lock. */
    public static final int MOVED_CALLS_RUNNING_MAX = 2;

    /**
     * Calls of one workspace that may be in flight at once, including those that wait. One more is refused with 429.
     */
    public static final int CALLS_PER_WORKSPACE_MAX = 1_000;

    /**
     * Rows of events and deliveries of a bulk call for one unit. An item makes an event, and a delivery for each
     * endpoint.
     */
    public static final int BULK_ROWS_PER_UNIT = 100;

    /** Calls of workers that a workspace may make for each request of its plan. */
    public static final int WORKER_CALLS_PER_REQUEST = 10;

    /** Calls that may wait at once. One more is answered at once with the present state. */
    public static final int WAITING_CALLS_MAX = 10_000;

    /**
     * Calls of one workspace that may wait at once, and streams of one workspace. One more is answered at once with the
     * present state.
     */
    public static final int WAITING_CALLS_PER_GROUP_MAX = 100;

    /** Real seconds after which a stream without events shows that it is alive. */
    public static final int STREAM_SILENCE_SECONDS_MAX = 15;

    /** Units for which a stream waits after each unit that it took, so that other calls of its workspace go first. */
    public static final int STREAM_UNITS_LEFT = 2;

    /** Real seconds after which a stream without units looks again, because the clock of the units may be another one. */
    public static final int STREAM_PAUSE_SECONDS = 1;

    /** Events in one part of a stream. */
    public static final int STREAM_PART_EVENTS_MAX = 100;

    /** Bytes of events after which a part of a stream takes no more. A reader that takes nothing costs so much. */
    public static final int STREAM_PART_BYTES_MAX = 64 * 1024;

    /** Times that a read of several rows is tried beside the writer before it waits for the writer. */
    public static final int READ_TRIES_MAX = 16;

    /** Entries of the request log of one workspace. */
    public static final int REQUEST_LOG_WORKSPACE_ENTRIES_MAX = 1_000;

    /** Bytes of a place in the request log. A longer entry takes several. */
    public static final int REQUEST_LOG_PLACE_BYTES = 512;

    /** Bytes of the files of the request log that a start reads, the newest ones. */
    public static final long REQUEST_LOG_READ_BYTES_MAX = 32 * 1024 * 1024;

    /** Entries of the request log that wait for their file. */
    public static final int REQUEST_LOG_QUEUED_MAX = 16_384;

    /** Errors of a refusal in the request log. */
    public static final int REQUEST_LOG_ERRORS_MAX = 20;

    /** Characters of a text of an error in the request log; the rest is cut. */
    public static final int REQUEST_LOG_ERROR_LENGTH_MAX = 400;

    /** Characters of the detail of a refusal in the request log; the rest is cut. */
    public static final int REQUEST_LOG_DETAIL_LENGTH_MAX = 2_000;

    /** Characters of a path in the request log; the rest is cut. */
    public static final int REQUEST_LOG_PATH_LENGTH_MAX = 512;

    /** Events, and jobs, that an entry of the request log names. */
    public static final int REQUEST_LOG_CAUSED_MAX = 100;

    /** Slots of a ring; a power of two. */
    public static final int RING_SLOTS = 64;

    /**
     * Times that a job tries, a second apart, to record an item for which a table has no room, before the job fails.
     */
    public static final int JOB_ITEM_TRIES_MAX = 5;

    /** Old secrets of an API key, and of a webhook endpoint, that may be in grace. */
    public static final int OLD_SECRETS_MAX = 10;

    /** Characters of all errors in the outcome of one item of a bulk call. The rest is left out. */
    public static final int BULK_ITEM_ERRORS_LENGTH_MAX = 1024;

    /** Jobs that one record cancels because a share ended. */
    public static final int CANCELED_JOBS_PER_RECORD_MAX = 32;

    /** Attempts of a job by default. */
    public static final int JOB_ATTEMPTS_DEFAULT = 20;

    /** Attempts of a job. */
    public static final int JOB_ATTEMPTS_MAX = 100;

    /** Seconds for which a run of a job may put its next one off: 30 days. */
    public static final int JOB_DELAY_SECONDS_MAX = 2_592_000;

    /** Bytes of a job's result. */
    public static final int JOB_RESULT_BYTES_MAX = 512 * 1024;

    /** Bytes of a job's result that its event shows. */
    public static final int JOB_RESULT_IN_EVENT_BYTES_MAX = 64 * 1024;

    /** Hosts and ports whose rate is remembered before those that are unused are forgotten. */
    public static final int DELIVERY_HOSTS_REMEMBERED = 4_096;

    /** Bytes of the heap for each webhook attempt in flight. A smaller heap has fewer attempts. */
    public static final int DELIVERY_HEAP_BYTES = 128 * 1024;

    /** Bytes of an event for which an attempt in flight counts once more. */
    public static final int DELIVERY_PLACE_BYTES = 16 * 1024;

    /**
     * Parts into which attempts in flight, test events and name look-ups are divided. A workspace that is alone may
     * have one part.
     */
    public static final int SHARE_PARTS = 8;

    /** Webhook attempts in flight at once at a new endpoint. Each webhook that is delivered quickly allows one more. */
    public static final int DELIVERIES_RUNNING_PER_ENDPOINT_FIRST = 4;

    /** Milliseconds of its last webhook from which an endpoint counts as slow. */
    public static final int DELIVERY_SLOW_MILLIS = 1_000;

    /** Open deliveries of a disabled endpoint. Beyond them the endpoint only records since when it misses events. */
    public static final int DELIVERIES_HELD_MAX = 1_000;

    /** Newest attempts of a delivery that are kept and shown. */
    public static final int ATTEMPTS_KEPT_MAX = 20;

    /** Resends of a delivery that its workspace may request. */
    public static final int RESENDS_MAX = 25;

    /** Failed attempts in a row after which an endpoint gets one attempt at a time, until a webhook is delivered. */
    public static final int DELIVERY_FAILURES_IN_A_ROW_MAX = 5;

    /** Webhooks a second to an endpoint by default, and attempts in flight there at once. */
    public static final int DELIVERIES_PER_SECOND_DEFAULT = 200;

    /** Webhooks a second that an endpoint may ask for. */
    public static final int DELIVERIES_PER_SECOND_MAX = 10_000;

    /** Webhook attempts that are prepared or recorded at once, each on a thread. */
    public static final int DELIVERY_STEPS_RUNNING_MAX = 64;

    /** Webhook attempts that start before the timers turn to other work. */
    public static final int DELIVERIES_STARTED_PER_TURN_MAX = 256;

    /** Starts at an endpoint after which the oldest of its deliveries are examined again. */
    public static final int DELIVERIES_STARTED_PER_LAP = 64;

    /** Test events in flight at once, in addition to the attempts. */
    public static final int WEBHOOK_TESTS_RUNNING_MAX = 512;

    /** Test events in flight at once for one workspace. */
    public static final int WEBHOOK_TESTS_RUNNING_PER_WORKSPACE_MAX = 4;

    /** Due deliveries that one step puts into the queues of their endpoints. */
    public static final int DELIVERIES_QUEUED_PER_STEP_MAX = 200;

    /** Types of jobs that a worker asks for at once. */
    public static final int LEASE_TYPES_MAX = 50;

    /** Jobs that a worker gets at once. */
    public static final int LEASE_JOBS_MAX = 100;

    /** Bytes of input after which a worker gets no further job in the same answer. */
    public static final int LEASE_INPUT_BYTES_MAX = 128 * 1024;

    /** Seconds of a lease. */
    public static final int LEASE_SECONDS_MAX = 3600;

    /** Seconds of a lease by default. */
    public static final int LEASE_SECONDS_DEFAULT = 60;

    /** Minutes after its last lease in which a type of jobs counts as handled by a worker. */
    public static final int LEASED_TYPE_MINUTES = 60;

    /** The oldest queued jobs that figures examine to count those without a handler. */
    public static final int QUEUED_JOBS_EXAMINED_MAX = 10_000;

    /**
     * Expired leases or crashes of one attempt with which a job fails. Without the limit, a job that kills its process
     * would do so at every start.
     */
    public static final int JOB_LAPSES_MAX = 3;

    /** Milliseconds between two records of the progress of a job at a worker. Progress in between is kept in memory. */
    public static final int PROGRESS_MILLIS_MIN = 1_000;

    /** Jobs at workers whose progress is kept in memory. Progress of further jobs is written each time. */
    public static final int PROGRESS_REPORTS_MAX = 100_000;

    /** Characters of a worker's reason for a failure. The first {@link #DESCRIPTION_LENGTH_MAX} are kept. */
    public static final int LEASE_DETAIL_LENGTH_MAX = 10_000;

    /** Characters of the type of an event. */
    public static final int EVENT_TYPE_LENGTH_MAX = 128;

    /** Event types that an endpoint, a list or a stream names. */
    public static final int EVENT_TYPES_MAX = 50;

    /** Headers that an endpoint adds. */
    public static final int ENDPOINT_HEADERS_MAX = 20;

    /** Real seconds in which a room logs one kind of background failure once. */
    public static final int LOG_LINE_SECONDS = 60;

    /** Real seconds that closing waits for the files of the request log. */
    public static final int REQUEST_LOG_DRAIN_SECONDS = 10;

    private static final int CODE_POINT_BYTES_MAX = 6; // a control character as its escape in JSON
    private static final int JSON_AROUND_CONTENT_BYTES_MAX = 1024;

    /** Records that may wait for the disk at once. At the limit callers wait and submitted calls are refused. */
    public static final int IN_FLIGHT_RECORDS_MAX = 65_536;

    /** Bytes of the records that may wait for the disk at once. */
    public static final int IN_FLIGHT_BYTES_MAX = 16 * 1024 * 1024;

    static {
        int metadataBytesMax =
                METADATA_PAIRS_MAX * (METADATA_KEY_LENGTH_MAX + METADATA_VALUE_LENGTH_MAX + 1) * CODE_POINT_BYTES_MAX;
        int resourceBytesMax = DATA_BYTES_MAX
                + metadataBytesMax
                + 2 * NAME_LENGTH_MAX * CODE_POINT_BYTES_MAX
                + JSON_AROUND_CONTENT_BYTES_MAX;
        check(resourceBytesMax <= ROW_BYTES_MAX, "the largest resource, or its event, must fit into one row");
        check(
                2 * HOST_RESULT_BYTES_MAX <= ROW_BYTES_MAX,
                "a remembered result of the host fits into one row with ease");
        check(3 * ROW_BYTES_MAX < RECORD_BYTES_MAX, "a resource, its event and what is remembered go into one record");
        check(
                BULK_BODY_BYTES_MAX + 4 * ROW_BYTES_MAX < RECORD_BYTES_MAX,
                "a bulk call's job, its input and what is remembered go into one record");
        check(
                BATCH_ANSWER_BYTES_MAX + BATCH_OPERATIONS_MAX * Id.BYTES + JSON_AROUND_CONTENT_BYTES_MAX
                        <= ROW_BYTES_MAX,
                "the answer to a batch and the shared resources that it shows fit into one remembered row");
        check(BODY_BYTES_MAX < RECORD_BYTES_MAX / 2, "a plain body must fit into one record twice");
        check(RECORD_BYTES_MAX + 1024 < FRAME_BYTES_MAX, "a record goes into one frame, so that it is there or not");
        check(RECORD_BYTES_MAX < IN_FLIGHT_BYTES_MAX, "a record must not fill what may be in flight");
        check(
                DELIVERIES_PER_SECOND_DEFAULT <= EngineSetting.WEBHOOK_HOST_RATE.byDefault(),
                "one endpoint is not held up by the bound of its host");
        check(
                DELIVERIES_PER_SECOND_MAX <= EngineSetting.WEBHOOK_HOST_RATE.max(),
                "what an endpoint asks for can be allowed");
        check(
                6 * BULK_ITEM_ERRORS_LENGTH_MAX < PIECE_BYTES_MAX,
                "an outcome fits into one piece, however its characters are escaped");
        int canceledJobBytesMax =
                (DESCRIPTION_LENGTH_MAX + 2 * NAME_LENGTH_MAX) * CODE_POINT_BYTES_MAX + JSON_AROUND_CONTENT_BYTES_MAX;
        check(
                2 * CANCELED_JOBS_PER_RECORD_MAX * canceledJobBytesMax <= RECORD_BYTES_MAX / 4 * 3,
                "canceled jobs and their events leave room for deliveries in their record");
        check(SWEEP_ROWS_MAX * 1024 <= RECORD_BYTES_MAX, "a step of the sweep goes into one record");
        check(Integer.bitCount(RING_SLOTS) == 1, "a ring's size is a power of two");
    }

    private Limits() {}

    private static void check(boolean holds, String law) {
        if (!holds) {
            throw new IllegalStateException("Expected the limits to agree, but " + law + " does not hold; mend Limits");
        }
    }
}
