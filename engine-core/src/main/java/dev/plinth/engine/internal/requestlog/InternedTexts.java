package dev.plinth.engine.internal.requestlog;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Numbers for texts of which there are few: routes, methods and codes. Thread-safe. */
final class InternedTexts {
    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<String> texts = new CopyOnWriteArrayList<>();

    /** Returns the number of a text. It stands for the same text as long as this object lives. */
    int number(String text) {
        Integer known = numbers.get(text);
        return known == null ? add(text) : known;
    }

    private synchronized int add(String text) {
        Integer known = numbers.get(text);
        if (known != null) {
            return known;
        }
        texts.add(text);
        numbers.put(text, texts.size() - 1);
        return texts.size() - 1;
    }

    String text(int number) {
        return texts.get(number);
    }
}
