package dev.plinth.engine;

import dev.plinth.engine.ModelLists.Listing;
import dev.plinth.engine.ModelRows.Event;
import dev.plinth.engine.ModelRows.Resource;
import dev.plinth.engine.ModelRows.Workspace;
import java.util.ArrayList;
import java.util.List;

/** The lists that a life looks at. */
final class ModelListings {
    private static final String RESOURCES = "/v1/resources";
    private static final String EVENTS = "/v1/events";
    private static final String READ = "resources:read";
    private static final String EVENTS_READ = "events:read";

    private ModelListings() {}

    /** A list of all, of one workspace, or of what it may not see. */
    static Listing any(ModelRandom choose, ModelState world, Workspace who) {
        if (choose.oneIn(4)) {
            String id = choose.id(choose.resource(who), "res");
            return Listing.of(RESOURCES + "/" + id + "/" + choose.of("children", "shares"), READ);
        }
        List<Listing> all = all(world, who);
        return all.get(choose.random.nextInt(all.size()));
    }

    /** All lists of a workspace with all filters. */
    static List<Listing> all(ModelState world, Workspace who) {
        List<Listing> all = new ArrayList<>();
        all.add(Listing.of(RESOURCES, READ));
        for (String status : List.of("active", "paused", "archived", "all")) {
            all.add(Listing.of(RESOURCES, READ, "status", status));
        }
        all.add(Listing.of(RESOURCES, READ, "type", "order"));
        all.add(Listing.of(RESOURCES, READ, "type", "invoice", "status", "all"));
        all.add(Listing.of(RESOURCES, READ, "metadata.colour", "red"));
        all.add(Listing.of(RESOURCES, READ, "metadata.colour", "blue", "status", "all", "type", "order"));
        all.add(Listing.of(RESOURCES, READ, "shared", "true"));
        all.add(Listing.of(RESOURCES, READ, "shared", "true", "status", "all"));
        all.add(Listing.of("/v1/keys", "keys:read"));
        all.add(Listing.of(EVENTS, EVENTS_READ));
        all.add(Listing.of(EVENTS, EVENTS_READ, "type", "resource.created"));
        all.add(Listing.of(EVENTS, EVENTS_READ, "type", "child.deleted"));
        Resource resource = world.resources.isEmpty() ? null : world.resources.get(world.resources.size() / 2);
        if (resource != null) {
            String time = ModelRows.time(resource.createdAt);
            all.add(Listing.of(RESOURCES, READ, "createdAfter", time, "status", "all"));
            all.add(Listing.of(RESOURCES, READ, "createdBefore", time));
            all.add(Listing.of(RESOURCES, READ, "createdBefore", time, "type", "order", "status", "all"));
            all.add(Listing.of(RESOURCES, READ, "createdAfter", time, "shared", "true"));
            all.add(Listing.of(EVENTS, EVENTS_READ, "resourceId", resource.id));
            all.add(Listing.of(EVENTS, EVENTS_READ, "resourceId", resource.id, "type", "resource.updated"));
        }
        Event seen =
                ModelState.first(world.events, each -> !each.id.isEmpty() && ModelState.sameAs(each.workspace, who));
        if (seen != null) {
            all.add(Listing.of(EVENTS, EVENTS_READ, "after", seen.id));
        }
        return all;
    }
}
