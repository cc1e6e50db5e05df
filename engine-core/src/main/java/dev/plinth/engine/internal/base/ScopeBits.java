package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.Scope;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rights of a key as bits, as rows keep them: one for each {@link Scope}, by its ordinal. */
public final class ScopeBits {
    /** All rights that exist now or later: a full key. It is more than all scopes that have names. */
    public static final int FULL = Integer.MAX_VALUE;

    /** The scopes that have names, in the order of their bits. */
    public static final List<Scope> SCOPES = List.copyOf(EnumSet.complementOf(EnumSet.of(Scope.UNKNOWN)));

    private ScopeBits() {}

    /** Returns the bit of a scope. */
    public static int of(Scope scope) {
        return 1 << scope.ordinal();
    }

    /** Returns the bits of a scope and of the scope that it includes. */
    public static int withIncluded(Scope scope) {
        return scope.ordinal() % 2 == 1 ? of(scope) | of(scope) >> 1 : of(scope);
    }

    /** Returns the scope with a name, or null. */
    public static @Nullable Scope named(String name) {
        for (Scope scope : SCOPES) {
            if (scope.wireName().equals(name)) {
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
        for (Scope scope : SCOPES) {
            boolean included = scope.ordinal() % 2 == 0 && (bits & of(scope) << 1) != 0;
            if ((bits & of(scope)) != 0 && !included) {
                names.add(scope.wireName());
            }
        }
        return names;
    }
}
