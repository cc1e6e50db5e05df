package dev.plinth.engine.internal.base;

import dev.plinth.engine.settings.IdSource;
import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes ids of 48 bits of time and 80 random bits. Within one millisecond each id is larger than the one before.
 *
 * <p>Ids need not be hard to guess, only never to collide; secrets come from {@link SecureRandom}. The ids of requests
 * need not ascend, so their callers do not share a lock.
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
