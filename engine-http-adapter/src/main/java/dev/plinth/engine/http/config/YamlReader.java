package dev.plinth.engine.http.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML 1.2 of one document without anchors, aliases and tags, with no key twice and of limited depth.
 *
 * <p>It reads the parser's events. The library's own constructor was rejected, because it tells of the first fault only
 * and forgets the lines.
 */
final class YamlReader {
    private static final int DEPTH_MAX = 64;

    private final FaultList faults;
    private Iterator<Event> events = List.<Event>of().iterator();
    private int depth;

    private YamlReader(FaultList faults) {
        this.faults = faults;
    }

    /** Signals a fault behind which the rest cannot be read. It has been added to the faults. */
    private static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Returns the object of the document. It is empty if the document is not an object; the faults then say why. */
    static ConfigValue.Members read(byte[] bytes, FaultList faults) {
        YamlReader reader = new YamlReader(faults);
        try {
            return reader.document(text(bytes, faults));
        } catch (UnreadableException told) {
            return new ConfigValue.Members(1, List.of());
        } catch (ReaderException wrong) {
            faults.add(
                    lineAt(bytes, wrong.getPosition()),
                    "The file must be text, got the character U+" + String.format("%04X", wrong.getCodePoint())
                            + ". Remove it or write it as an escape in double quotes.");
        } catch (MarkedYamlEngineException wrong) {
            faults.add(
                    wrong.getProblemMark()
                            .or(wrong::getContextMark)
                            .map(mark -> mark.getLine() + 1)
                            .orElse(1),
                    "The file must be YAML, but " + oneLine(String.valueOf(wrong.getProblem()))
                            + ". Correct the line or the one above.");
        } catch (YamlEngineException wrong) {
            faults.add(1, "The file must be YAML, but " + oneLine(String.valueOf(wrong.getMessage())) + ".");
        }
        return new ConfigValue.Members(1, List.of());
    }

    private static String text(byte[] bytes, FaultList faults) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException wrong) {
            faults.add(1, "The file must be UTF-8, but has other bytes. Save it as UTF-8.");
            throw new UnreadableException();
        }
    }

    private static int lineAt(byte[] bytes, int position) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int line = 1;
        for (int i = 0; i < position && i < text.length(); i++) {
            line += text.charAt(i) == '\n' ? 1 : 0;
        }
        return line;
    }

    private static String oneLine(String problem) {
        String line = problem.lines().findFirst().orElse("it is not").strip();
        StringBuilder shown = new StringBuilder();
        line.chars().forEach(c -> shown.append(c < ' ' || c > '~' ? '?' : (char) c));
        return shown.toString();
    }

    private ConfigValue.Members document(String text) {
        events = new Parse(LoadSettings.builder().setUseMarks(true).build())
                .parseString(text)
                .iterator();
        events.next();
        if (events.next().getEventId() == Event.ID.StreamEnd) {
            return new ConfigValue.Members(1, List.of());
        }
        ConfigValue node = node(events.next());
        events.next();
        Event end = events.next();
        if (end.getEventId() != Event.ID.StreamEnd) {
            throw unreadable(end, "The file must have one document, got another one. Remove it and the line ---.");
        }
        if (node instanceof ConfigValue.Members members) {
            return members;
        }
        if (!(node instanceof ConfigValue.Scalar scalar && scalar.isNull())) {
            faults.add(
                    node.line(), "The file must have keys and values, such as port: 8080, got a single value or list.");
        }
        return new ConfigValue.Members(1, List.of());
    }

    private ConfigValue node(Event event) {
        if (event instanceof AliasEvent alias) {
            throw unreadable(
                    event, "The file must have no aliases, got *" + alias.getAlias() + ". Write the value again.");
        }
        if (event instanceof NodeEvent anchored && anchored.getAnchor().isPresent()) {
            throw unreadable(
                    event,
                    "The file must have no anchors, got &"
                            + anchored.getAnchor().get() + ". Remove it.");
        }
        if (++depth > DEPTH_MAX) {
            throw unreadable(
                    event, "The file must be at most " + DEPTH_MAX + " levels deep. Remove the levels beyond.");
        }
        try {
            return untagged(event);
        } finally {
            depth--;
        }
    }

    private ConfigValue untagged(Event event) {
        if (event instanceof ScalarEvent scalar) {
            checkTag(event, scalar.getTag().isPresent());
            return new ConfigValue.Scalar(line(event), scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN);
        }
        if (event instanceof SequenceStartEvent sequence) {
            checkTag(event, sequence.getTag().isPresent());
            List<ConfigValue> items = new ArrayList<>();
            for (Event next = events.next(); next.getEventId() != Event.ID.SequenceEnd; next = events.next()) {
                items.add(node(next));
            }
            return new ConfigValue.Items(line(event), items);
        }
        if (event instanceof MappingStartEvent mapping) {
            checkTag(event, mapping.getTag().isPresent());
            return members(line(event));
        }
        throw unreadable(event, "The file must have a value here. Add one.");
    }

    private ConfigValue.Members members(int line) {
        List<ConfigValue.Entry> entries = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        for (Event next = events.next(); next.getEventId() != Event.ID.MappingEnd; next = events.next()) {
            int at = line(next);
            ConfigValue key = node(next);
            ConfigValue value = node(events.next());
            if (!(key instanceof ConfigValue.Scalar name)) {
                faults.add(at, "A key must be a text, got a list or object. Write a text.");
                continue;
            }
            Integer first = lines.putIfAbsent(name.text(), at);
            if (first == null) {
                entries.add(new ConfigValue.Entry(at, name.text(), value));
            } else {
                faults.add(
                        at,
                        "The key " + FaultList.shown(name.text()) + " must be there once, and is in line " + first
                                + " too. Remove one of them.");
            }
        }
        return new ConfigValue.Members(line, entries);
    }

    private void checkTag(Event event, boolean hasTag) {
        if (hasTag) {
            throw unreadable(event, "The file must have no tags, such as !!int. Remove the tag.");
        }
    }

    private UnreadableException unreadable(Event event, String sentence) {
        faults.add(line(event), sentence);
        return new UnreadableException();
    }

    private static int line(Event event) {
        return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
}
