package dev.plinth.engine.http;

import static dev.plinth.engine.http.IdState.ABSENT;
import static dev.plinth.engine.http.IdState.ARCHIVED;
import static dev.plinth.engine.http.IdState.ASYNCHRONOUS;
import static dev.plinth.engine.http.IdState.DELETED;
import static dev.plinth.engine.http.IdState.DROPPED;
import static dev.plinth.engine.http.IdState.EDITABLE;
import static dev.plinth.engine.http.IdState.EDITABLE_ARCHIVED;
import static dev.plinth.engine.http.IdState.EDITABLE_PAUSED;
import static dev.plinth.engine.http.IdState.FAILED;
import static dev.plinth.engine.http.IdState.FINISHED;
import static dev.plinth.engine.http.IdState.FOREIGN;
import static dev.plinth.engine.http.IdState.GRANTED;
import static dev.plinth.engine.http.IdState.MALFORMED;
import static dev.plinth.engine.http.IdState.NO_LONGER_SHARED;
import static dev.plinth.engine.http.IdState.OF_ANOTHER_PARENT;
import static dev.plinth.engine.http.IdState.OF_DELETED_WORKSPACE;
import static dev.plinth.engine.http.IdState.OF_OTHER_SIDE;
import static dev.plinth.engine.http.IdState.ONESELF;
import static dev.plinth.engine.http.IdState.OTHER_KIND;
import static dev.plinth.engine.http.IdState.OWN;
import static dev.plinth.engine.http.IdState.PAUSED;
import static dev.plinth.engine.http.IdState.READABLE;
import static dev.plinth.engine.http.IdState.READABLE_ARCHIVED;
import static dev.plinth.engine.http.IdState.REVOKED;
import static dev.plinth.engine.http.IdState.TOO_LONG;
import static dev.plinth.engine.http.IdState.UPPER_CASE;

import java.util.ArrayList;
import java.util.List;

/** Tells what an id of a route names, and the states in which the matrix asks for it: those of every id, and its own. */
enum MatrixTarget {
    RESOURCE(
            FOREIGN,
            DELETED,
            PAUSED,
            ARCHIVED,
            EDITABLE,
            EDITABLE_PAUSED,
            EDITABLE_ARCHIVED,
            READABLE,
            READABLE_ARCHIVED,
            NO_LONGER_SHARED,
            OF_DELETED_WORKSPACE),
    CHILD(FOREIGN, DELETED, OF_ANOTHER_PARENT),
    JOB(FOREIGN, OF_OTHER_SIDE, FINISHED, FAILED),
    EVENT(FOREIGN, OF_OTHER_SIDE),
    ENDPOINT(FOREIGN, DELETED),
    DELIVERY(FOREIGN, DROPPED),
    KEY(FOREIGN, REVOKED),
    REQUEST(FOREIGN),
    /** A workspace that something is shared with. */
    GRANTEE(GRANTED, DELETED, ONESELF),
    /** A workspace that the operator looks after. */
    WORKSPACE(DELETED),
    /** The name of a host's operation; it has no form that could be wrong. */
    OPERATION(ASYNCHRONOUS);

    private final List<IdState> states = new ArrayList<>();

    MatrixTarget(IdState... more) {
        states.addAll(List.of(OWN, ABSENT, MALFORMED, UPPER_CASE, TOO_LONG, OTHER_KIND));
        states.addAll(List.of(more));
    }

    List<IdState> states() {
        return states;
    }
}
