package dev.plinth.engine;

/** Engines that are broken on purpose: each has a text of a source file replaced by another one. */
enum BrokenEngine {
    NO_EPOCH_CHECK("internal/store/log/RecordAdmission.java", "if (head.epoch() < last.epoch()) {", "if (false) {"),
    STALE_BATCH_ENDS_THE_FOLLOWING(
            "internal/store/log/BatchAdmission.java", "Verdict.STALE && end.equals(last)", "Verdict.STALE && false"),
    READ_BEFORE_THE_FENCE(
            "internal/store/NodeStore.java",
            "            readToTheEnd(reign);",
            "            if (reign.epoch() < 0) readToTheEnd(reign);"),
    LAST_BATCH_NOT_READ(
            "internal/store/NodeStore.java",
            "log.read(reign, after, bytesMax)) > 0",
            "log.read(reign, after, bytesMax).stream().limit(1).toList()) < 0"),
    CONFIRM_LEFT_OUT("internal/store/AnswerReadiness.java", "if (!confirmed) {", "if (false) {"),
    CONFIRM_NOT_ASKED(
            "internal/store/AnswerReadiness.java",
            "thenCompose(durable -> journal.confirm())",
            "thenApply(durable -> true)"),
    ANSWER_BEFORE_DURABLE("internal/pipeline/AnswerGate.java", "? answer.sequence() <= store.committed()", "? true"),
    ACT_BEFORE_DURABLE("internal/store/Store.java", "            await(view.highest());\n", ""),
    UNDO_LEFT_OUT("internal/store/InFlight.java", "tables.undo(flight.record, flight.before);", ""),
    UNDO_IN_THE_WRONG_ORDER(
            "internal/store/InFlight.java", "flight = flights.removeLast();", "flight = flights.removeFirst();"),
    UNKNOWN_TAKEN_FOR_DURABLE(
            "internal/store/log/LogJournal.java", "fate = log.resolve(reign, first);", "fate = Fate.DURABLE;"),
    UNKNOWN_TAKEN_FOR_FENCED(
            "internal/store/log/LogJournal.java", "fate = log.resolve(reign, first);", "fate = Fate.FENCED;"),
    UNKNOWN_TOLD_AS_NOT_DONE(
            "internal/store/Store.java",
            "            undo(sequence, InFlight.UNKNOWN, fenced);",
            "            undo(sequence, inFlight.fenced(), true);"),
    FENCED_TAKEN_FOR_DURABLE(
            "internal/store/log/LogJournal.java", "if (fate != Fate.DURABLE) {", "if (fate == Fate.UNKNOWN) {"),
    BEAT_NOT_LOOKED_AT(
            "internal/store/log/LogJournal.java",
            "if (!log.beat(reign, durable.sequence())) {",
            "if (!log.beat(reign, durable.sequence()) && false) {"),
    BEAT_NAMES_TOO_MUCH(
            "internal/store/log/LogJournal.java",
            "if (!log.beat(reign, durable.sequence())) {",
            "if (!log.beat(reign, durable.sequence() + 4)) {"),
    FOLLOWS_ON_FROM_TOO_EARLY(
            "internal/store/log/LogJournal.java",
            "return durable;",
            "return new LogPosition(durable.cell(), durable.epoch(), durable.sequence() - 1, durable.crc());"),
    PARTS_THAT_ARE_GONE_GO_ON(
            "internal/store/InFlight.java", "    void checkReign() {", "    void checkReign() { if (true) return;"),
    LEADS_ON_AFTER_THE_END("internal/node/LogNode.java", "ended |= written == store", "ended |= false"),
    TAKEOVER_COUNTS_AS_A_CRASH("internal/job/JobRunner.java", "if (isRestart) {", "if (true) {"),
    RUNNING_JOBS_FORGOTTEN("internal/node/ActiveEngine.java", "jobs.takeOver(isRestart);", ""),
    LIST_NUMBERS_NOT_RESTORED(
            "internal/store/InFlight.java", "left == null ? heardNumber : left.record.lastNumber()", "-9"),
    SNAPSHOT_BEHIND_WHAT_IS_DURABLE(
            "internal/store/WrittenRows.java",
            "writing.durableEnd(), 0",
            "new dev.plinth.engine.internal.store.log.LogPosition("
                    + "0, writing.epoch(), tables.lastSequence(), writing.durableEnd().crc()), 0"),
    SNAPSHOT_TAKEN_FOR_THE_END(
            "internal/store/NodeStore.java",
            "            readToTheEnd(reign);",
            "            if (mustReach == 0) readToTheEnd(reign);"),
    SNAPSHOT_BESIDE_OLDER_ROWS(
            "internal/store/NodeStore.java",
            "            tables.clear();\n            tables.startAt(0, 0, 0);",
            "            tables.startAt(0, 0, 0);"),
    LEASE_NOT_KEPT(
            "internal/job/Leases.java",
            "            changes.put(JobTables.JOBS, next.key(), next.row());\n            leased.add",
            "            leased.add"),
    LEASES_END_AT_A_TAKEOVER(
            "internal/job/JobTables.java",
            "row.status() == JobStatus.RUNNING && row.lease() == null",
            "row.status() == JobStatus.RUNNING");

    final String file;
    final String text;
    final String replacement;

    BrokenEngine(String file, String text, String replacement) {
        this.file = file;
        this.text = text;
        this.replacement = replacement;
    }
}
