package dev.plinth.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Cuts a Markdown document into headings, rows of tables and sentences. Blocks of code and pictures are left out. In a sentence code reads {@code it},
 * and a link reads as its text. Immutable.
 */
final class DocumentPage {
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern LINK = Pattern.compile("!?\\[([^]]*)]\\([^)]*\\)");
    private static final Pattern ITEM = Pattern.compile("^\\s*(?:[-*]|\\d+\\.) ");
    private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.?!])\\)? +(?=[A-Z0-9(]|it\\b)");
    private static final Pattern TABLE_RULE = Pattern.compile("\\|[-:| ]+\\|");

    private final SourceFile file;
    private final List<String> headings = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<Sentence> sentences = new ArrayList<>();
    private final StringBuilder paragraph = new StringBuilder();
    private int paragraphLine;

    /**
     * A sentence.
     *
     * @param place where it begins, as {@code path:line}
     */
    record Sentence(String place, String text) {
        static final int WORDS_MAX = 25;
        private static final Pattern SEVERAL_PARTS = Pattern.compile("[;:](?: |$).*[;:](?: |$)");
        private static final Pattern NO_ACTOR = Pattern.compile(
                "\\b(?:some(?:body|one)|nobody|no one|any(?:body|one)|who(?:ever|m)?)\\b", Pattern.CASE_INSENSITIVE);
        private static final Pattern NO_NOUN = Pattern.compile("^(?:What|Who|Whom|Whoever|Where|One|Of|Those)\\b");

        boolean isLong() {
            return Arrays.stream(text.split(" +"))
                            .filter(word -> word.matches(".*\\w.*"))
                            .count()
                    > WORDS_MAX;
        }

        boolean hasSeveralParts() {
            return SEVERAL_PARTS.matcher(text).find();
        }

        boolean lacksAnActor() {
            return NO_ACTOR.matcher(text).find();
        }

        boolean lacksANoun() {
            return NO_NOUN.matcher(text).find();
        }

        @Override
        public String toString() {
            return place + ": " + text;
        }
    }

    /**
     * A row of a table.
     *
     * @param section the heading above the table
     */
    record Row(String section, List<String> cells) {}

    DocumentPage(SourceFile file) {
        this.file = file;
        cut(file.text().lines().toList());
    }

    String path() {
        return file.path();
    }

    String text() {
        return file.text();
    }

    List<String> headings() {
        return List.copyOf(headings);
    }

    /** Returns the rows of all tables, their heads included. */
    List<Row> rows() {
        return List.copyOf(rows);
    }

    /** Returns the sentences of headings, paragraphs, items and cells. */
    List<Sentence> sentences() {
        return List.copyOf(sentences);
    }

    /** Returns the anchors to which a link can lead, as GitHub makes them of headings. */
    List<String> anchors() {
        return headings.stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private void cut(List<String> lines) {
        boolean isCode = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean isFence = line.strip().startsWith("```");
            if (isFence || isCode || line.isBlank() || line.startsWith("<!--") || line.startsWith("![")) {
                endParagraph();
                isCode ^= isFence;
            } else if (line.startsWith("#")) {
                endParagraph();
                headings.add(line.replaceFirst("^#+ ", ""));
                add(i + 1, headings.get(headings.size() - 1));
            } else if (line.startsWith("|")) {
                endParagraph();
                row(i + 1, line);
            } else {
                prose(i + 1, line);
            }
        }
        endParagraph();
    }

    private void prose(int number, String line) {
        if (ITEM.matcher(line).find()) {
            endParagraph();
        }
        if (paragraph.isEmpty()) {
            paragraphLine = number;
        }
        paragraph.append(line.strip()).append(' ');
    }

    private void row(int number, String line) {
        if (TABLE_RULE.matcher(line).matches()) {
            return;
        }
        List<String> cells = Arrays.stream(line.substring(1).split(" ?\\|(?: |$)"))
                .map(String::strip)
                .toList();
        rows.add(new Row(headings.isEmpty() ? "" : headings.get(headings.size() - 1), cells));
        cells.forEach(cell -> add(number, cell));
    }

    private void endParagraph() {
        if (!paragraph.isEmpty()) {
            add(paragraphLine, ITEM.matcher(paragraph).replaceFirst(""));
            paragraph.setLength(0);
        }
    }

    private void add(int line, String text) {
        String plain = LINK.matcher(CODE.matcher(text).replaceAll("it")).replaceAll("$1");
        for (String sentence : SENTENCE_END.split(plain.replace("*", "").strip())) {
            sentences.add(new Sentence(file.path() + ":" + line, sentence));
        }
    }
}
