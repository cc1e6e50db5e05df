package dev.plinth.engine.http.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the faults of one source of settings. */
final class FaultList {
    private static final int SHOWN_MAX = 60;
    private static final int SENTENCE_MAX = 500;

    private final String file;
    private final List<Located> all = new ArrayList<>();

    private record Located(int line, Fault fault) {}

    /**
     * Collects none yet.
     *
     * @param file the name of the file, or empty for flags and environment variables
     */
    FaultList(String file) {
        this.file = file;
    }

    /** Adds a fault. A long sentence is cut, and characters that a terminal obeys are replaced. */
    void add(int line, String sentence) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < sentence.length() && i < SENTENCE_MAX; i++) {
            char c = sentence.charAt(i);
            int type = Character.getType(c);
            shown.append(type == Character.CONTROL || type == Character.FORMAT ? ' ' : c);
        }
        if (sentence.length() > SENTENCE_MAX) {
            shown.append('…');
        }
        all.add(new Located(line, new Fault(line == 0 ? "" : file + ":" + line, shown.toString())));
    }

    int count() {
        return all.size();
    }

    /** Returns the faults in the order of their lines. */
    List<Fault> inOrder() {
        return all.stream()
                .sorted(Comparator.comparingInt(Located::line))
                .map(Located::fault)
                .toList();
    }

    /** Returns a value as a message shows it: short, on one line and in quotes. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < text.length() && i < SHOWN_MAX; i++) {
            char c = text.charAt(i);
            shown.append(c < ' ' || c > '~' && !Character.isLetterOrDigit(c) ? '?' : c);
        }
        return shown.append(text.length() > SHOWN_MAX ? "…\"" : "\"").toString();
    }
}
