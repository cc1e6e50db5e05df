package dev.plinth.engine.http.connection;

import dev.plinth.engine.http.call.ClientAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counts places by the networks of their holders, and chooses which holder loses its place first. Not thread-safe.
 *
 * <p>The largest network loses first, so that a client with many addresses does not keep out an address with few. A
 * network is as large as its places divided by its weight ({@link ClientNetwork}).
 *
 * @param <C> the holder of a place, compared by {@code equals}
 */
final class PlacesByNetwork<C> {
    /** The rank of a holder that keeps its place as long as any other holder can lose one. */
    static final int KEEPS = Integer.MAX_VALUE;

    /** Holders that a choice looks at. Those that keep their places are looked at last the next time. */
    private static final int LOOKS_MAX = 256;

    private static final int FIRST_RANK = 0;

    private final ToIntFunction<C> rank;
    private final Map<C, List<Network<C>>> networksOf = new HashMap<>();
    private final Map<ClientNetwork, Network<C>> networks = new HashMap<>();
    private final TreeSet<Network<C>> largestFirst = new TreeSet<>(
            Comparator.comparingLong((Network<C> each) -> -each.size()).thenComparingInt(each -> each.number));
    private int numbered;

    /**
     * Begins without holders.
     *
     * @param rank tells which of the holders in a network loses its place first: 0 before any other, {@link #KEEPS} last
     */
    PlacesByNetwork(ToIntFunction<C> rank) {
        this.rank = rank;
    }

    /** Holds the places of a network, those first that have been there for longest. */
    private static final class Network<C> {
        private final ClientNetwork key;
        private final int number;
        private final Set<C> holders = new LinkedHashSet<>();

        private Network(ClientNetwork key, int number) {
            this.key = key;
            this.number = number;
        }

        private long size() {
            return (long) holders.size() * ClientNetwork.WEIGHT_MAX / key.weight();
        }
    }

    /** Gives a place to a holder that has none. */
    void add(C holder, ClientAddress address) {
        List<Network<C>> own = new ArrayList<>();
        for (ClientNetwork key : ClientNetwork.of(address)) {
            Network<C> network = networks.computeIfAbsent(key, any -> new Network<>(key, numbered++));
            change(network, () -> network.holders.add(holder));
            own.add(network);
        }
        networksOf.put(holder, own);
    }

    /** Takes the place of a holder. Returns false if it has none. */
    boolean remove(C holder) {
        List<Network<C>> own = networksOf.remove(holder);
        if (own == null) {
            return false;
        }
        for (Network<C> network : own) {
            change(network, () -> network.holders.remove(holder));
            if (network.holders.isEmpty()) {
                largestFirst.remove(network);
                networks.remove(network.key);
            }
        }
        return true;
    }

    /** Changes a network, whose size decides where it stands. */
    private void change(Network<C> network, Runnable change) {
        largestFirst.remove(network);
        change.run();
        largestFirst.add(network);
    }

    /** Returns how many places are held. */
    int size() {
        return networksOf.size();
    }

    /** Returns how many places the holders of an address have. */
    int size(ClientAddress address) {
        Network<C> network = networks.get(ClientNetwork.of(address).get(0));
        return network == null ? 0 : network.holders.size();
    }

    /** Returns the holder of an address that loses its place first. Null if all others than the new one keep theirs. */
    @Nullable
    C leastOf(ClientAddress address, C newHolder) {
        Network<C> network = networks.get(ClientNetwork.of(address).get(0));
        return network == null ? null : new Choice(each -> !each.equals(newHolder)).in(network);
    }

    /**
     * Returns the holder that loses its place first. If all keep theirs, that is the new one if its network is the
     * largest, and otherwise the oldest one of the largest.
     */
    C least(C newHolder) {
        Choice choice = new Choice(each -> !each.equals(newHolder));
        for (Network<C> network : largestFirst) {
            C found = choice.in(network);
            if (found != null) {
                return found;
            }
            if (choice.isOver()) {
                break;
            }
        }
        Set<C> largest = largestFirst.first().holders;
        return largest.contains(newHolder) ? newHolder : largest.iterator().next();
    }

    /** Looks for the holder of the lowest rank. */
    private final class Choice {
        private final Predicate<C> isPossible;
        private int looks;

        private Choice(Predicate<C> isPossible) {
            this.isPossible = isPossible;
        }

        private boolean isOver() {
            return looks >= LOOKS_MAX;
        }

        private @Nullable C in(Network<C> network) {
            C least = null;
            int lowest = KEEPS;
            List<C> kept = new ArrayList<>();
            Iterator<C> holders = network.holders.iterator();
            while (lowest > FIRST_RANK && !isOver() && holders.hasNext()) {
                C each = holders.next();
                int own = isPossible.test(each) ? rank.applyAsInt(each) : KEEPS;
                looks++;
                if (own < lowest) {
                    least = each;
                    lowest = own;
                } else if (own == KEEPS) {
                    kept.add(each);
                    holders.remove();
                }
            }
            network.holders.addAll(kept);
            return least;
        }
    }
}
