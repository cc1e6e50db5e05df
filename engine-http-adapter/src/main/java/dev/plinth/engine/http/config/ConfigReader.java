package dev.plinth.engine.http.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings from flags, environment variables and a file. A flag wins over a variable, and a variable over the
 * file. All faults are told at once.
 */
public final class ConfigReader {
    /** The most bytes of a file. */
    public static final int FILE_BYTES_MAX = 1024 * 1024;

    private static final int FAULTS_MAX = 100;

    private final List<Setting<?>> settings;
    private final Map<String, String> environment;

    /** Makes a reader of these settings, which takes missing flags from the environment. */
    public ConfigReader(List<Setting<?>> settings, Map<String, String> environment) {
        this.settings = List.copyOf(settings);
        this.environment = Map.copyOf(environment);
    }

    /**
     * Reads the settings.
     *
     * @param flags the texts of each flag on the command line
     * @param fileSetting the setting that names the file
     * @throws FaultyConfigException if any value has a fault
     */
    public Config read(Map<Setting<?>, List<String>> flags, Setting<Path> fileSetting) {
        Map<Setting<?>, Config.Value> values = new HashMap<>();
        FaultList faults = new FaultList("");
        for (Setting<?> setting : settings) {
            List<String> texts = flags.get(setting);
            String variable = setting.isFrom(Source.ENVIRONMENT) ? environment.get(setting.variable()) : null;
            if (texts != null) {
                put(values, setting, texts, Source.FLAG, faults);
            } else if (variable != null) {
                put(values, setting, parts(setting, variable), Source.ENVIRONMENT, faults);
            }
        }
        List<Fault> all = new ArrayList<>(faults.inOrder());
        Config.Value file = values.get(fileSetting);
        if (file != null) {
            all.addAll(addFile((Path) file.value(), values));
        }
        if (!all.isEmpty()) {
            throw new FaultyConfigException(all);
        }
        return new Config(settings, values);
    }

    /** Returns the JSON Schema (draft 2020-12) of the file as JDK values. */
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Configuration of plinth.jar");
        schema.putAll(fileFormat().schema());
        return schema;
    }

    private Format<Map<String, Object>> fileFormat() {
        return Formats.members(settings.stream()
                .filter(setting -> setting.isFrom(Source.FILE))
                .map(setting -> new Formats.Member(setting.name(), setting.format(), false, setting.meaning()))
                .toList());
    }

    private static List<String> parts(Setting<?> setting, String variable) {
        return setting.format().isRepeatable()
                ? Stream.of(variable.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList()
                : List.of(variable);
    }

    private static <T> void put(
            Map<Setting<?>, Config.Value> values,
            Setting<T> setting,
            List<String> texts,
            Source source,
            FaultList faults) {
        String name = source == Source.FLAG ? setting.flag() : setting.variable();
        ConfigValue node = setting.format().nodeOf(texts, name, faults);
        T value = setting.format().read(node, name, faults);
        if (value != null) {
            values.put(setting, new Config.Value(value, source, "", 0));
        }
    }

    private List<Fault> addFile(Path file, Map<Setting<?>, Config.Value> values) {
        FaultList faults = new FaultList(file.toString());
        byte[] bytes = bytes(file, faults);
        if (bytes != null) {
            ConfigValue.Members root = YamlReader.read(bytes, faults);
            Map<String, Object> read = readAll(root, faults);
            for (Setting<?> setting : settings) {
                Object value = read.get(setting.name());
                if (value != null && setting.isFrom(Source.FILE)) {
                    int line = root.entries().stream()
                            .filter(entry -> entry.key().equals(setting.name()))
                            .mapToInt(ConfigValue.Entry::line)
                            .findFirst()
                            .orElse(1);
                    values.putIfAbsent(setting, new Config.Value(value, Source.FILE, file.toString(), line));
                }
            }
        }
        return firstOf(faults);
    }

    private Map<String, Object> readAll(ConfigValue.Members root, FaultList faults) {
        Map<String, Object> read = fileFormat().read(root, "", faults);
        return read == null ? Map.of() : read;
    }

    private static List<Fault> firstOf(FaultList faults) {
        List<Fault> all = faults.inOrder();
        if (all.size() <= FAULTS_MAX) {
            return all;
        }
        List<Fault> first = new ArrayList<>(all.subList(0, FAULTS_MAX));
        first.add(new Fault("", "There are " + (all.size() - FAULTS_MAX) + " more faults. Correct these first."));
        return first;
    }

    private static byte @Nullable [] bytes(Path file, FaultList faults) {
        try {
            if (!Files.isRegularFile(file)) {
                throw Files.exists(file)
                        ? new IOException("it is a directory or a device")
                        : new NoSuchFileException(file.toString());
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
                if (bytes.length > FILE_BYTES_MAX) {
                    faults.add(
                            1,
                            "The file must have at most " + FILE_BYTES_MAX + " bytes, got " + Files.size(file)
                                    + ". Name the configuration file.");
                    return null;
                }
                return bytes;
            }
        } catch (NoSuchFileException gone) {
            faults.add(1, "There is no such file. Name another one with --config.");
        } catch (IOException wrong) {
            faults.add(1, "The file cannot be read: " + wrong.getMessage() + ". Name another one with --config.");
        }
        return null;
    }
}
