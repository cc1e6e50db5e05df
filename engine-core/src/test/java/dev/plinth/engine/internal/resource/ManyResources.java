package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.Caller;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.SecretCipher;
import dev.plinth.engine.internal.base.decision.Context;
import dev.plinth.engine.internal.base.decision.DeletedWorkspaces;
import dev.plinth.engine.internal.base.decision.ImportedWorkspaces;
import dev.plinth.engine.internal.base.decision.Outcome;
import dev.plinth.engine.internal.base.rows.Changes;
import dev.plinth.engine.internal.base.rows.StoreSettings;
import dev.plinth.engine.internal.base.rows.TableName;
import dev.plinth.engine.internal.list.Cursors;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.store.MemoryJournal;
import dev.plinth.engine.internal.store.Store;
import dev.plinth.engine.internal.store.Transaction;
import dev.plinth.engine.settings.EngineClock;
import dev.plinth.engine.settings.SeededIds;
import dev.plinth.engine.settings.Tables;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/** The resources of one workspace, so many that a test has to write them without a request and an event for each. */
final class ManyResources implements AutoCloseable {
    private static final int ROWS_PER_RECORD = 500;
    private static final Caller CALLER = Caller.engineFor(new Id(IdKind.WORKSPACE, 1, 1));
    private static final Caller GRANTEE = Caller.engineFor(new Id(IdKind.WORKSPACE, 1, 2));

    private static final List<TableName<?>> TABLES = Stream.concat(
                    Resources.tables().stream(), Stream.of(DeletedWorkspaces.TABLE, ImportedWorkspaces.TABLE))
            .toList();

    private static final int CAPACITY = 20_000_000; // a tenth as many shares

    private final Store store =
            Store.open(new StoreSettings(Tables.HEAP, TABLES, CAPACITY), new MemoryJournal(), EngineClock.system());
    private final SeededIds ids = new SeededIds(1);
    private final SecretCipher cipher = new SecretCipher(new byte[SecretCipher.KEY_BYTES], ids);
    private final Cursors cursors = new Cursors(cipher, CALLER.workspace(), "f");

    /** The resource of this place: a tenth is paused, a tenth archived, a fifth large, a fifth red. */
    private static ResourceRow row(int place, Transaction transaction) {
        Id id = id(place);
        String type = place % 5 == 1 ? "large" : "small";
        byte[] colour = bytes(place % 5 == 2 ? "{\"colour\":\"red\"}" : "{}");
        Content content = new Content("r" + place, type, Content.EMPTY, colour);
        ResourceRow row = ResourceRow.create(id, CALLER.workspace(), null, transaction.nextNumbers(1), place, content);
        ResourceStatus status = place % 10 == 3
                ? ResourceStatus.PAUSED
                : place % 10 == 4 ? ResourceStatus.ARCHIVED : ResourceStatus.ACTIVE;
        return status == ResourceStatus.ACTIVE ? row : row.next(status, content, place);
    }

    private static Id id(int place) {
        return new Id(IdKind.RESOURCE, 1, place);
    }

    /** Adds the resources of these places. */
    void add(int from, int to) {
        for (int start = from; start < to; start += ROWS_PER_RECORD) {
            int first = start;
            int end = Math.min(to, start + ROWS_PER_RECORD);
            write(transaction -> {
                Changes changes = new Changes();
                for (int place = first; place < end; place++) {
                    ResourceRow row = row(place, transaction);
                    changes.put(ResourceTables.RESOURCES, row.key(), row.row());
                }
                return changes;
            });
        }
    }

    /** Shares the resources of these places with another workspace, in their order, each at the time at which it was created. */
    void share(int from, int to) {
        for (int start = from; start < to; start += ROWS_PER_RECORD) {
            int first = start;
            int end = Math.min(to, start + ROWS_PER_RECORD);
            write(transaction -> {
                Changes changes = new Changes();
                for (int place = first; place < end; place++) {
                    ShareRow share = new ShareRow(
                            CALLER.workspace(),
                            new Id(IdKind.SHARE, 1, place),
                            id(place),
                            GRANTEE.workspace(),
                            false,
                            transaction.nextNumbers(1),
                            place);
                    changes.put(ResourceTables.SHARES, share.key(), share.row());
                }
                return changes;
            });
        }
    }

    void delete(int place) {
        write(transaction -> new Changes()
                .remove(ResourceTables.RESOURCES, CALLER.workspace().keyOf(id(place))));
    }

    /** Gives a resource another name, if it is there. */
    void rename(int place, Random random) {
        write(transaction -> {
            byte[] key = CALLER.workspace().keyOf(id(place));
            byte[] old = transaction.get(ResourceTables.RESOURCES, key);
            if (old == null) {
                return new Changes();
            }
            ResourceRow row = ResourceRow.read(old, false);
            Content before = row.content();
            Content after = new Content("n" + random.nextInt(99), before.type(), before.data(), before.metadata());
            return new Changes()
                    .put(
                            ResourceTables.RESOURCES,
                            key,
                            row.next(row.status(), after, row.createdAt()).row());
        });
    }

    /** Reads a page of a list beside writers. */
    Page page(String cursor, int limit, ResourceFilter filter) {
        long edge = cursor.isEmpty() ? Long.MAX_VALUE : cursors.read(cursor);
        return store.readToAnswer(view -> {
            CountedRows rows = new CountedRows(view);
            Caller caller = filter.shared() ? GRANTEE : CALLER;
            Context context = new Context(caller, 0, rows, ids, cipher, count -> 0);
            PageRequest request = new PageRequest(limit, edge, false, cursors);
            Outcome outcome = Resources.list(request, filter).answer(context);
            byte[] body = ((Outcome.Done) outcome).body();
            return new Page(Json.trusted(body).asMap(), rows.read(), rows.steps());
        });
    }

    @Override
    public void close() {
        store.close();
    }

    private void write(Function<Transaction, Changes> work) {
        store.write(transaction -> {
            Changes changes = work.apply(transaction);
            return changes.isEmpty() ? 0 : transaction.append(changes.writes(), transaction.nowMillis());
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A page, and what it cost.
     *
     * @param read rows that were read
     * @param steps steps through the set
     */
    record Page(Map<String, Object> body, int read, int steps) {
        /** The places of its resources. */
        List<Integer> places() {
            return ((List<?>) body.get("data"))
                    .stream()
                            .map(item -> (int) Id.parse(IdKind.RESOURCE, (String) ((Map<?, ?>) item).get("id"))
                                    .low())
                            .toList();
        }

        boolean hasMore() {
            return (Boolean) body.get("hasMore");
        }

        String nextCursor() {
            return (String) body.get("nextCursor");
        }
    }
}
