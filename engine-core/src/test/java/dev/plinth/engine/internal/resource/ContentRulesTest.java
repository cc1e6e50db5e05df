package dev.plinth.engine.internal.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The quick test of a type's name against the pattern that the documents show. */
class ContentRulesTest {
    private static final int NAMES = 100_000;
    private static final String CHARACTERS = "aazzmm09__AZ-. \n/:`{é";

    @Test
    void isType_namesOfAllKinds_saysWhatThePatternSays() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < NAMES; i++) {
            String name = name(random, random.nextInt(8));
            assertThat(ContentRules.isType(name))
                    .as("\"%s\", seed %d", name, seed)
                    .isEqualTo(ContentRules.TYPE.matcher(name).matches());
        }
    }

    @Test
    void isType_aboutTheLongest_saysWhatThePatternSays() {
        for (int length = 60; length < 70; length++) {
            String name = "a".repeat(length);
            assertThat(ContentRules.isType(name))
                    .isEqualTo(ContentRules.TYPE.matcher(name).matches());
        }
    }

    private static String name(Random random, int length) {
        StringBuilder name = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            name.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        }
        return name.toString();
    }
}
