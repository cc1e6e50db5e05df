package dev.plinth.engine.internal.shape;

import org.jspecify.annotations.Nullable;

/** The values of a body's members, as they were read. Immutable. */
public final class Values {
    private final Member<?>[] members;
    private final @Nullable Object[] values;

    Values(Member<?>[] members, @Nullable Object[] values) {
        this.members = members;
        this.values = values;
    }

    /**
     * Returns the value of a member that is required or has a default. Only where the body had no error.
     *
     * @throws IllegalStateException if there is none
     */
    public <T> T get(Member<T> member) {
        T value = find(member);
        if (value == null) {
            throw new IllegalStateException("Expected a value of " + member.name() + ", but the body has none");
        }
        return value;
    }

    /** Returns the value of a member; null if it is absent without a default, or wrong. */
    @SuppressWarnings("unchecked") // a member has read the value at its own place
    public <T> @Nullable T find(Member<T> member) {
        for (int i = 0; i < members.length; i++) {
            if (members[i] == member) {
                return (T) values[i];
            }
        }
        throw new IllegalStateException("Expected a member of the body, but " + member.name() + " is none");
    }
}
