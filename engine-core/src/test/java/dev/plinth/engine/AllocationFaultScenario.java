package dev.plinth.engine;

import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import dev.plinth.engine.settings.Durability;
import dev.plinth.engine.settings.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes a resource again and again, and each time the next allocation of the commit fails. A reader and a listener
 * write down what they are told meanwhile. {@link FaultyClasses} loads it.
 */
public final class AllocationFaultScenario {
    private static final Pattern NAME = Pattern.compile("\"name\":\"(begin|last|name[0-9]+)\"");
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int PATH_MAX = 5_000;
    private static final int OK = 200;
    private static final int REFUSED = 500;

    private final Path directory;
    private final Durability durability;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final Set<String> happened = ConcurrentHashMap.newKeySet();
    private final AtomicLong reads = new AtomicLong();
    private final List<String> faults = new ArrayList<>();
    private volatile Engine engine;
    private volatile boolean ended;
    private String key = "";
    private String resource = "";
    private int reopened;
    private int thrown;

    private AllocationFaultScenario(Path directory, Durability durability) {
        this.directory = directory;
        this.durability = durability;
    }

    /**
     * Runs it.
     *
     * @param directory of the store
     * @param durability of the store
     * @return what was wrong, a line each, then a line with the counts
     */
    public static List<String> run(Path directory, String durability, Supplier<Throwable> fault)
            throws InterruptedException {
        return new AllocationFaultScenario(directory, Durability.valueOf(durability)).run(fault);
    }

    private List<String> run(Supplier<Throwable> fault) throws InterruptedException {
        engine = opened();
        String workspace =
                engine.admin().createWorkspace("acme", "large").call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        resource = create();
        happened.add("begin");
        Thread reader = new Thread(this::read, "reader");
        reader.start();
        String now = "begin";
        int number = 0;
        boolean hit = true;
        while (hit && number < PATH_MAX) {
            number++;
            String next = "name" + number;
            AllocationFault.arm(number, fault, this::letReadersLook);
            int status = changeOrFail(next);
            hit = AllocationFault.disarm();
            String left = reopenIfItMustBe(now, next);
            happened.add(left);
            if (status == OK && !left.equals(next)) {
                faults.add(next + " was acknowledged and is gone: " + left);
            }
            if (status == REFUSED && !left.equals(now)) {
                faults.add(next + " was refused and happened");
            }
            now = left;
        }
        Reply after = change("last");
        happened.add("last");
        ended = true;
        reader.join();
        engine.close();
        told.stream()
                .filter(name -> !happened.contains(name))
                .forEach(name -> faults.add(name + " was told and never happened"));
        if (after.status() != OK) {
            faults.add("A change without a fault: " + after.text());
        }
        faults.add("faults: " + (number - 1) + ", thrown: " + thrown + ", reopened: " + reopened + ", looks: "
                + (reads.get() > 0));
        return faults;
    }

    /** Waits until a reader has looked twice, or cannot. */
    private void letReadersLook() {
        long until = reads.get() + 2;
        long end = System.nanoTime() + LOOK_NANOS;
        while (reads.get() < until && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private void read() {
        while (!ended) {
            Engine asked = engine;
            Reply one = asked.call(Call.of("GET", "/v1/resources/" + resource).withKey(key));
            Reply list = asked.call(Call.of("GET", "/v1/resources").withKey(key));
            tell(one);
            tell(list);
            reads.incrementAndGet();
        }
    }

    private void tell(Reply reply) {
        if (reply.status() == 200) {
            Matcher name = NAME.matcher(reply.text());
            while (name.find()) {
                told.add(name.group(1));
            }
        }
    }

    /** Returns the name that the resource has now, after another opening if the engine takes no more changes. */
    private String reopenIfItMustBe(String now, String next) {
        if (!engine.isWritable()) {
            Engine failed = engine;
            failed.close();
            engine = opened();
            reopened++;
        }
        Reply read = engine.call(Call.of("GET", "/v1/resources/" + resource).withKey(key));
        Matcher name = NAME.matcher(read.text());
        if (!name.find()) {
            throw new IllegalStateException("After " + now + " and " + next + ": " + read.text());
        }
        return name.group(1);
    }

    private Engine opened() {
        return Engine.builder()
                .plan(Plan.perMinute("large", Plan.REQUESTS_MAX))
                .directory(directory)
                .durability(durability)
                .listener("told", (context, event) -> {
                    Matcher name = NAME.matcher(event.data().toString());
                    if (name.find()) {
                        told.add(name.group(1));
                    }
                })
                .open();
    }

    private String create() {
        Reply made =
                engine.call(Call.of("POST", "/v1/resources").withKey(key).withBody(Json.of("{\"name\":\"begin\"}")));
        return made.text().replaceAll("(?s).*\"id\":\"(res_[0-9a-z]{26})\".*", "$1");
    }

    /** Returns the status of the answer, or 0 if the thread of the caller got the fault itself. */
    private int changeOrFail(String name) {
        try {
            return change(name).status();
        } catch (RuntimeException | Error planted) {
            thrown++;
            return 0;
        }
    }

    private Reply change(String name) {
        return engine.call(Call.of("PATCH", "/v1/resources/" + resource)
                .withKey(key)
                .withBody(Json.of("{\"name\":\"" + name + "\"}")));
    }
}
