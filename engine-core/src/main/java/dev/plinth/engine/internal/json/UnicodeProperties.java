package dev.plinth.engine.internal.json;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names in the JDK for the properties of characters that a pattern of ECMA-262 may name in {@code \p}. */
final class UnicodeProperties {
    /** General categories by their long names. The short ones are the same in the JDK. */
    private static final Map<String, String> CATEGORIES = Map.ofEntries(
            Map.entry("Letter", "L"),
            Map.entry("Cased_Letter", "LC"),
            Map.entry("Uppercase_Letter", "Lu"),
            Map.entry("Lowercase_Letter", "Ll"),
            Map.entry("Titlecase_Letter", "Lt"),
            Map.entry("Modifier_Letter", "Lm"),
            Map.entry("Other_Letter", "Lo"),
            Map.entry("Mark", "M"),
            Map.entry("Combining_Mark", "M"),
            Map.entry("Nonspacing_Mark", "Mn"),
            Map.entry("Spacing_Mark", "Mc"),
            Map.entry("Enclosing_Mark", "Me"),
            Map.entry("Number", "N"),
            Map.entry("Decimal_Number", "Nd"),
            Map.entry("digit", "Nd"),
            Map.entry("Letter_Number", "Nl"),
            Map.entry("Other_Number", "No"),
            Map.entry("Punctuation", "P"),
            Map.entry("punct", "P"),
            Map.entry("Connector_Punctuation", "Pc"),
            Map.entry("Dash_Punctuation", "Pd"),
            Map.entry("Open_Punctuation", "Ps"),
            Map.entry("Close_Punctuation", "Pe"),
            Map.entry("Initial_Punctuation", "Pi"),
            Map.entry("Final_Punctuation", "Pf"),
            Map.entry("Other_Punctuation", "Po"),
            Map.entry("Symbol", "S"),
            Map.entry("Math_Symbol", "Sm"),
            Map.entry("Currency_Symbol", "Sc"),
            Map.entry("Modifier_Symbol", "Sk"),
            Map.entry("Other_Symbol", "So"),
            Map.entry("Separator", "Z"),
            Map.entry("Space_Separator", "Zs"),
            Map.entry("Line_Separator", "Zl"),
            Map.entry("Paragraph_Separator", "Zp"),
            Map.entry("Other", "C"),
            Map.entry("Control", "Cc"),
            Map.entry("cntrl", "Cc"),
            Map.entry("Format", "Cf"),
            Map.entry("Surrogate", "Cs"),
            Map.entry("Private_Use", "Co"),
            Map.entry("Unassigned", "Cn"));

    /** Properties that are true or false. The JDK of 17 has no others of ECMA-262. */
    private static final Map<String, String> BINARY = Map.ofEntries(
            Map.entry("ASCII", "ASCII"),
            Map.entry("Alphabetic", "IsAlphabetic"),
            Map.entry("Alpha", "IsAlphabetic"),
            Map.entry("Uppercase", "IsUppercase"),
            Map.entry("Upper", "IsUppercase"),
            Map.entry("Lowercase", "IsLowercase"),
            Map.entry("Lower", "IsLowercase"),
            Map.entry("White_Space", "IsWhite_Space"),
            Map.entry("space", "IsWhite_Space"),
            Map.entry("Ideographic", "IsIdeographic"),
            Map.entry("Ideo", "IsIdeographic"),
            Map.entry("Hex_Digit", "IsHex_Digit"),
            Map.entry("Join_Control", "IsJoin_Control"),
            Map.entry("Noncharacter_Code_Point", "IsNoncharacter_Code_Point"),
            Map.entry("Assigned", "IsAssigned"));

    private UnicodeProperties() {}

    /** Returns the name in the JDK, or null for a property that is not known. */
    static @Nullable String translated(String property) {
        int equals = property.indexOf('=');
        String name = equals < 0 ? "" : property.substring(0, equals);
        String value = property.substring(equals + 1);
        return switch (name) {
            case "" -> BINARY.containsKey(value) ? BINARY.get(value) : category(value);
            case "General_Category", "gc" -> category(value);
            case "Script", "sc", "Script_Extensions", "scx" -> known("script=" + value);
            default -> null;
        };
    }

    private static @Nullable String category(String value) {
        String shortName = CATEGORIES.getOrDefault(value, value);
        return CATEGORIES.containsValue(shortName) ? known("gc=" + shortName) : null;
    }

    private static @Nullable String known(String name) {
        try {
            Pattern.compile("\\p{" + name + "}");
            return name;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
