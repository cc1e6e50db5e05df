package dev.plinth.engine.http.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the faults of one source of settings. */
final class Faults {
    private static final int SHOWN_MAX = 60;

    private final String file;
    private final List<Located> all = new ArrayList<>();

    private record Located(int line, Fault fault) {}

    /**
     * Collects none yet.
     *
     * @param file the name of the file, or empty for flags and environment variables
     */
    Faults(String file) {
        this.file = file;
    }

    void add(int line, String sentence) {
        all.add(new Located(line, new Fault(line == 0 ? "" : file + ":" + line, sentence)));
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
