package dev.plinth.engine;

import dev.plinth.engine.ModelLists.Listing;
import dev.plinth.engine.ModelRows.Key;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Workspace;
import dev.plinth.engine.api.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A life of an engine and of its model: the same requests for both, and after each of them the same answer. */
final class ModelRun {
    private static final String READ = "resources:read";

    private static final int FEW = 3;

    private final ModelledEngine engine;
    private final ModelState world = new ModelState();
    private final ModelEvaluation door = new ModelEvaluation(world, ModelledEngine.ADMIN_TOKEN);
    private final ModelLists lists = new ModelLists(world);
    private final ResourceSteps resources = new ResourceSteps(world);
    private final ChildSteps children = new ChildSteps(world);
    private final ShareSteps shares = new ShareSteps(world);
    private final KeySteps keys = new KeySteps(world);
    private final WorkspaceSteps workspaces = new WorkspaceSteps(world, ModelledEngine.ADMIN_TOKEN);
    private final List<String> log = new ArrayList<>();
    private final long seed;

    ModelRun(ModelledEngine engine, long seed) {
        this.engine = engine;
        this.seed = seed;
        world.now = engine.clock.epochMillis();
    }

    /** Tells what has happened, one step a line. */
    String log() {
        return String.join("\n", log);
    }

    /** Lives so many steps, but those to be left out, and then looks at everything. */
    void live(int steps, BitSet leftOut) {
        Random random = new Random(seed);
        for (String plan : List.of("business", "pro", random.nextBoolean() ? "starter" : "tiny")) {
            ask(workspaces.create("w" + plan, plan));
            ask(keys.root(world.workspaces.get(world.workspaces.size() - 1)).with(ModelledEngine.ADMIN_TOKEN));
        }
        for (int i = 0; i < steps; i++) {
            ModelRandom choose = new ModelRandom(world, new Random(seed * 1_000_003 + i));
            if (!leftOut.get(i)) {
                step(choose);
            }
        }
        lookAtEverything(new ModelRandom(world, random));
    }

    private void step(ModelRandom choose) {
        int dice = choose.random.nextInt(100);
        if (dice < 4) {
            pass(choose.of(1L, 250L, 999L, 1_000L, 30_000L, 3_600_000L, 86_399_999L, 86_400_000L, 2_592_000_000L));
        } else if (dice < 6 && engine.isDurable()) {
            restart(choose.oneIn(2));
        } else if (dice < 15) {
            again(choose);
        } else if (dice < 19) {
            ask(workspaces.operator(choose));
        } else {
            Workspace who = choose.workspace();
            ModelRequest ask = request(choose, who, dice).with(choose.secret(who));
            ask(ask.mutates() && choose.oneIn(3) ? ask.withKey(key(choose)) : ask);
        }
    }

    private ModelRequest request(ModelRandom choose, Workspace who, int dice) {
        if (dice < 33 || world.resources.size() < FEW) {
            return resources.create(choose);
        } else if (dice < 43) {
            return resources.patch(choose, who);
        } else if (dice < 53) {
            return resources.move(choose, who);
        } else if (dice < 57) {
            return resources.delete(choose, who);
        } else if (dice < 61) {
            return resources.get(choose, who);
        } else if (dice < 72) {
            return child(choose, who);
        } else if (dice < 80) {
            return choose.oneIn(3) ? shares.revoke(choose, who) : shares.grant(choose, who);
        } else if (dice < 90) {
            return list(choose, who);
        } else if (dice < 94) {
            return keys.any(choose, who);
        }
        return dice < 97 ? workspaces.event(choose) : workspaces.own(choose);
    }

    private ModelRequest child(ModelRandom choose, Workspace who) {
        return switch (choose.random.nextInt(6)) {
            case 0 -> children.get(choose, who);
            case 1 -> children.patch(choose, who);
            case 2 -> children.delete(choose, who);
            default -> children.create(choose, who);
        };
    }

    /** A first page, the next one of a walk, or a page with a cursor of another list. */
    private ModelRequest list(ModelRandom choose, Workspace who) {
        int limit = choose.of(1, 2, 3, 20, 100);
        if (!world.cursors.isEmpty() && choose.oneIn(2)) {
            ModelLists.Cursor cursor = world.cursors.get(choose.random.nextInt(world.cursors.size()));
            return lists.page(
                    choose.oneIn(8) ? ModelListings.any(choose, world, who) : cursor.listing(), limit, cursor);
        }
        return lists.page(ModelListings.any(choose, world, who), limit, null);
    }

    private String key(ModelRandom choose) {
        return choose.oneIn(40) ? "" : "k" + choose.random.nextInt(1_000);
    }

    /** Repeats a request under its key as it was, in other words, or as another one. */
    private void again(ModelRandom choose) {
        if (world.remembered.isEmpty()) {
            return;
        }
        List<ModelState.Remembered> all = new ArrayList<>(world.remembered.values());
        ModelRequest first = all.get(all.size() - 1 - choose.random.nextInt(Math.min(8, all.size())))
                .ask();
        ModelRequest ask = first;
        switch (choose.random.nextInt(5)) {
            case 0 -> ask = first.withKey("\"" + first.key() + "\"");
            case 1 ->
                ask = first.members() == null || first.body() == null ? first : first.withBody(shuffled(first, choose));
            case 2 -> ask = other(first);
            default -> {}
        }
        Key key = world.keyOf(first.secret());
        boolean sameKey = key == null || choose.oneIn(2) || ModelRequest.OPERATOR.equals(first.scope());
        ask(sameKey ? ask : ask.with(choose.secret(key.workspace)));
    }

    /** The same body in other words. */
    private static String shuffled(ModelRequest ask, ModelRandom choose) {
        List<Map.Entry<String, Object>> members = new ArrayList<>(ask.members().entrySet());
        Collections.shuffle(members, choose.random);
        Map<String, Object> body = new LinkedHashMap<>();
        members.forEach(member -> body.put(member.getKey(), member.getValue()));
        return " " + Json.of(body) + "\n";
    }

    /** Another request under the same key. */
    private ModelRequest other(ModelRequest ask) {
        return resources.create("another").with(ask.secret()).withKey(ask.key());
    }

    private void restart(boolean clean) {
        log.add(clean ? "-- closed and opened" : "-- killed and opened");
        if (clean) {
            engine.reopen();
            world.workspaces.forEach(each -> each.quota.restart(world.now));
        } else {
            engine.killAndReopen();
            pass(60_000);
            world.workspaces.forEach(each -> each.quota.fill());
        }
    }

    private void pass(long millis) {
        log.add("-- " + millis + " ms pass");
        engine.advance(Duration.ofMillis(millis));
        world.now += millis;
    }

    private ModelAnswer ask(ModelRequest ask) {
        log.add(ask.toString());
        ModelAnswer answer = engine.answer(ask);
        log.add("    " + answer);
        door.check(ask, answer);
        return answer;
    }

    /** Walks all lists, gets all that is in them, and repeats all that is remembered. */
    private void lookAtEverything(ModelRandom choose) {
        for (Workspace each : world.workspaces) {
            ask(workspaces.patch(each.id, Map.of("plan", "business", "status", "active")));
            pass(60_000);
            String secret = each.root.secrets.keySet().iterator().next();
            for (Listing listing : ModelListings.all(world, each)) {
                walk(listing, secret, choose.of(2, 5, 20, 100));
            }
            for (Resource resource : world.resources) {
                ask(resources.get(choose, each).with(secret));
                if (world.visible(each, resource.id) != null) {
                    walk(Listing.of("/v1/resources/" + resource.id + "/children", READ), secret, 3);
                }
            }
        }
        for (ModelState.Remembered remembered : List.copyOf(world.remembered.values())) {
            ask(remembered.ask());
        }
        engine.checkSets();
    }

    private void walk(Listing listing, String secret, int limit) {
        world.cursors.clear();
        ModelAnswer page = ask(lists.page(listing, limit, null).with(secret));
        while (Boolean.TRUE.equals(page.body().get("hasMore")) && !world.cursors.isEmpty()) {
            ModelLists.Cursor cursor = world.cursors.remove(0);
            page = ask(lists.page(listing, limit, cursor).with(secret));
        }
    }
}
