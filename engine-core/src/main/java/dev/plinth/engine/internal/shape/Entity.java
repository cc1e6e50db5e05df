package dev.plinth.engine.internal.shape;

import dev.plinth.engine.internal.json.JsonBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * An object that answers show, with these members in this order and no others. Immutable.
 *
 * @param name the name of its schema in the OpenAPI document
 * @param members its members, in the order in which they are shown
 */
public record Entity(String name, List<Shown> members) {
    /**
     * A member.
     *
     * @param isAlways true if it is never absent
     */
    public record Shown(String name, Schema schema, boolean isAlways) {}

    private static final Shown VERSION = new Shown("version", Schema.WHOLE, true);

    public Entity {
        members = List.copyOf(members);
    }

    /** Returns an entity without members. */
    public static Entity named(String name) {
        return new Entity(name, List.of());
    }

    /** Returns this entity under another name, so that it can have more members. */
    public Entity renamed(String other) {
        return new Entity(other, members);
    }

    /** Returns this entity with one more member that is always there. */
    public Entity with(String member, Schema schema) {
        return plus(new Shown(member, schema, true));
    }

    /** Returns this entity with one more member that may be absent. */
    public Entity maybe(String member, Schema schema) {
        return plus(new Shown(member, schema, false));
    }

    /** Returns this entity with its version, of which an entity tag is made. */
    public Entity withVersion() {
        return plus(VERSION);
    }

    /** Returns true if it shows its version. */
    public boolean isVersioned() {
        return members.contains(VERSION);
    }

    private Entity plus(Shown member) {
        List<Shown> more = new ArrayList<>(members);
        more.add(member);
        return new Entity(name, more);
    }

    /** Prints the schema as a value. */
    public void print(JsonBytes json) {
        json.open().member("type", "object").member("additionalProperties", false);
        json.name("required").openArray();
        members.stream().filter(Shown::isAlways).forEach(member -> json.text(member.name()));
        json.closeArray().name("properties").open();
        members.forEach(member -> member.schema().print(json.name(member.name())));
        json.close().close();
    }
}
