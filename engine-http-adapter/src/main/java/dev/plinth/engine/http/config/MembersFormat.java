package dev.plinth.engine.http.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An object with declared members. */
record MembersFormat(List<Formats.Member> members) implements Format<Map<String, Object>> {
    @Override
    public @Nullable Map<String, Object> read(ConfigValue node, String name, FaultList faults) {
        ConfigValue given = node instanceof ConfigValue.Scalar scalar && scalar.isNull()
                ? new ConfigValue.Members(node.line(), List.of())
                : node;
        if (!(given instanceof ConfigValue.Members object)) {
            return Format.wrong(node, name, range(), faults);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        int before = faults.count();
        for (ConfigValue.Entry entry : object.entries()) {
            Formats.Member member = members.stream()
                    .filter(each -> each.name().equals(entry.key()))
                    .findFirst()
                    .orElse(null);
            if (member == null) {
                List<String> names = members.stream().map(Formats.Member::name).toList();
                faults.add(
                        entry.line(),
                        UnknownName.sentence("key", name.isEmpty() ? "" : name + ".", entry.key(), names));
                continue;
            }
            String path = name.isEmpty() ? entry.key() : name + "." + entry.key();
            Object value = member.format().read(entry.value(), path, faults);
            if (value != null) {
                values.put(entry.key(), value);
            }
        }
        for (Formats.Member member : members) {
            if (member.isRequired()
                    && object.entries().stream().noneMatch(entry -> entry.key().equals(member.name()))) {
                faults.add(
                        object.line(),
                        name + " must have " + member.name() + ", "
                                + member.format().range() + ". Add it.");
            }
        }
        return faults.count() == before ? values : null;
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Formats.Member member : members) {
            Map<String, Object> property = new LinkedHashMap<>(member.format().schema());
            property.put("description", member.meaning());
            properties.put(member.name(), property);
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        List<String> required = members.stream()
                .filter(Formats.Member::isRequired)
                .map(Formats.Member::name)
                .toList();
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    @Override
    public String range() {
        return "an object with " + members.stream().map(Formats.Member::name).collect(Collectors.joining(", "));
    }
}
