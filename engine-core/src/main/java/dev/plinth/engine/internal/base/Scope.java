package dev.plinth.engine.internal.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rights of a restricted key. Write includes read. Each read has an even ordinal, directly before its write. */
public enum Scope {
    RESOURCES_READ,
    RESOURCES_WRITE,
    JOBS_READ,
    JOBS_WRITE,
    EVENTS_READ,
    EVENTS_WRITE,
    WEBHOOKS_READ,
    WEBHOOKS_WRITE,
    KEYS_READ,
    KEYS_WRITE,
    REQUESTS_READ;

    /** All rights that exist now or later: a full key. It is more than all scopes that have names. */
    public static final int FULL = Integer.MAX_VALUE;

    private static final Scope[] VALUES = values();

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', ':');

    /** The name on the wire, such as {@code resources:read}. */
    public String wireName() {
        return wireName;
    }

    public int bit() {
        return 1 << ordinal();
    }

    /** Returns this scope and the scope that it includes, as bits. */
    public int bits() {
        return ordinal() % 2 == 1 ? bit() | bit() >> 1 : bit();
    }

    /** Returns the scope with a name, or null. */
    public static @Nullable Scope named(String name) {
        for (Scope scope : VALUES) {
            if (scope.wireName.equals(name)) {
                return scope;
            }
        }
        return null;
    }

    /** Returns the names of the scopes in a set of bits, without those that others include. Empty for a full key. */
    public static List<String> names(int bits) {
        List<String> names = new ArrayList<>();
        if (bits == FULL) {
            return names;
        }
        for (Scope scope : VALUES) {
            boolean included = scope.ordinal() % 2 == 0 && (bits & scope.bit() << 1) != 0;
            if ((bits & scope.bit()) != 0 && !included) {
                names.add(scope.wireName);
            }
        }
        return names;
    }
}
