package dev.plinth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tag {@code scaled} of all tests that do more at the full counts: CI runs them by it, and the others at small counts only. */
final class TestScaleTest {
    private static final Pattern COUNTS = Pattern.compile("\\bTestScale\\.(?:count|isShort|isLong)\\b");
    private static final Pattern TAG = Pattern.compile("(?m)^@Tag\\(\"scaled\"\\)");
    private static final Pattern OTHER_TAG = Pattern.compile("(?m)^@Tag\\((?!\"(?:scaled|slow|portable)\"\\))");

    private static boolean isTest(SourceFile file) {
        return file.path().matches(".*(?:Test|IT)\\.java");
    }

    private static String name(SourceFile file) {
        return file.path().replaceAll(".*/|\\.java", "");
    }

    private static List<SourceFile> tests() throws IOException {
        return SourceFile.all().stream()
                .filter(file -> file.path().matches("engine-[^/]+/src/test/java/.*"))
                .filter(file -> !name(file).startsWith("TestScale"))
                .toList();
    }

    /** A test may use the scale itself, or a helper that does. */
    @Test
    void testsThatTheScaleChanges_andNoOthers_areTaggedScaled() throws IOException {
        List<SourceFile> others = new ArrayList<>(tests());
        List<SourceFile> scaled = new ArrayList<>();
        Pattern uses = COUNTS;
        String helpers;
        do {
            Pattern next = uses;
            List<SourceFile> found = others.stream()
                    .filter(file -> next.matcher(file.code()).find())
                    .toList();
            others.removeAll(found);
            scaled.addAll(found);
            helpers = found.stream()
                    .filter(file -> !isTest(file))
                    .map(TestScaleTest::name)
                    .collect(Collectors.joining("|"));
            uses = Pattern.compile("\\b(?:" + helpers + ")\\b");
        } while (!helpers.isEmpty());

        assertThat(scaled).filteredOn(TestScaleTest::isTest).hasSizeGreaterThan(50);
        assertThat(scaled.stream().filter(TestScaleTest::isTest).filter(file -> !isTagged(file)))
                .extracting(SourceFile::path)
                .as("Expected @Tag(\"scaled\") before the class, so that CI runs it at the full counts")
                .isEmpty();
        assertThat(others.stream().filter(TestScaleTest::isTagged))
                .extracting(SourceFile::path)
                .as("Expected no @Tag(\"scaled\"): the counts are the same at each scale")
                .isEmpty();
    }

    private static boolean isTagged(SourceFile file) {
        return TAG.matcher(file.text()).find();
    }

    @Test
    void tags_areThoseThatCiKnows() throws IOException {
        assertThat(tests())
                .filteredOn(file -> OTHER_TAG.matcher(file.text()).find())
                .extracting(SourceFile::path)
                .as("Expected the tags scaled, slow and portable, by which .ci/run chooses")
                .isEmpty();
    }

    @Test
    void scale_isReadByOneClass() throws IOException {
        assertThat(tests())
                .filteredOn(file -> file.text().contains("\"plinth.test.scale\""))
                .extracting(SourceFile::path)
                .as("Expected TestScale, which the tag is held by")
                .isEmpty();
    }
}
