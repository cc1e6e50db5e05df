package dev.plinth.engine.internal.base;

import dev.plinth.engine.api.IdSource;
import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ids of 48 bits of time and 80 bits of chance; within one millisecond each is larger than the one before.
 *
 * <p>Ids need not be hard to guess, only never to collide; secrets come from {@link SecureRandom}. A request's id does not have
 * to ascend, so callers do not meet in a lock for it.
 */
public final class RandomIds implements IdSource {
    private static final SecureRandom SECURE = new SecureRandom();

    private long lastMillis;
    private long high;
    private long low;

    @Override
    public Bits next(String kind, long epochMillis) {
        if (kind.equals(IdKind.REQUEST.prefix())) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            return new Bits(epochMillis << 16 | (random.nextInt() & 0xFFFF), random.nextLong());
        }
        return ascending(epochMillis);
    }

    @Override
    public void fillSecret(byte[] target) {
        SECURE.nextBytes(target);
    }

    private synchronized Bits ascending(long epochMillis) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (epochMillis > lastMillis) {
            lastMillis = epochMillis;
            high = epochMillis << 16 | (random.nextInt() & 0x7FFF);
            low = random.nextLong();
        } else {
            long before = low;
            low += 1L + (random.nextInt() & 0x7FFF_FFFF);
            if (Long.compareUnsigned(low, before) < 0) {
                high++;
            }
        }
        return new Bits(high, low);
    }
}
