package dev.plinth.engine;

import dev.plinth.engine.internal.base.problem.ProblemCode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error text of the product, under the heading where a reader looks for it.
 *
 * @param kind to whom it is said, and where
 * @param under the code that goes with it; the room and the exception for a text without a code
 * @param place where it stands in the code, as {@code path:line}
 */
record ErrorText(Kind kind, String under, String place, String text) {
    private static final Pattern STEP = Pattern.compile("(?<=[.?]) (?=[A-Z0-9<\"-])|(?<=^<detail>) (?=[A-Z])");
    private static final Pattern STATE_STEP = Pattern.compile("; (?!nothing was)");
    /** Sentences that are no errors: logs, figures, descriptions, headers, what the program prints when all is well. */
    private static final Pattern NO_ERROR =
            Pattern.compile("(?i:log)\\.log|page\\.\\w+|ENTITIES\\.put|lines\\.add|\\w*\\.println"
                    + "|new (?:ProblemCode|Refusal|EngineSetting|EngineTextSetting|ByteBudget|StoreReport|OptionalLibrary)|headers\\.add|header|bearer|check|answered\\.put"
                    + "|Pattern\\.compile|UPDATED|POLICY|CONTENT_TYPE|NEW_ARRAY|MEMBER_SELECT|outgrown\\.add|.*\\.ofPattern|.*\\.member|left\\.add"
                    + "|row|held|move|.*\\.says|DESCRIPTIONS\\.put|new (?:Tag|Parameter<>)|Parameter\\.\\w+|told\\.accept"
                    + "|Setting\\.of|(?s:.*)\\.(?:withoutIt|description|customSynopsis|footer|inJava)|description\\.add|(?:CommandLineReader\\.)?withSettings|requiredOption|schema\\.put|new Member|bound|item"
                    + "|ofNode|output\\.(?:tell|hint)|PemFile\\.read|headers\\.put|response\\.put");
    /** Classes whose sentences stand in logs, in the report of a check, and in the data of the demonstration. */
    private static final Pattern REPORTS = Pattern.compile(
            ".*/(?:demo/Demo\\w+|Verification|EngineTime|LazySender|PlanCapacityCheck|JournalFailure|Log|HangupSignal|Announcement|Exposures|LastUsedWriter|QuotaCheckpointWriter)\\.java");

    private static final Pattern SQL =
            Pattern.compile("(?s) ?(?:select|insert into|update|delete from|create|alter|lock|with|set|and) .*"
                    + "|(?:setval|pg_\\w+|hashtext\\w+|abs|cast)\\(.*");

    private static final Pattern EXCEPTION = Pattern.compile("new (\\S*(?:Exception|Error|JobFailure))");
    private static final Pattern ROOM =
            Pattern.compile("(?:.*/java/dev/plinth/engine/)(?:internal/)?(?:(.*)/)?(\\w+)\\.java");
    private static final List<String> PROBLEMS =
            Arrays.stream(ProblemCode.values()).map(ProblemCode::wireName).toList();
    /** Calls whose code follows from what they are for. */
    private static final Map<String, ProblemCode> CODES = Map.of(
            "new MalformedJsonException", ProblemCode.MALFORMED_REQUEST,
            "MalformedJsonException.beyondLimits", ProblemCode.MALFORMED_REQUEST,
            "checkHas", ProblemCode.INSUFFICIENT_SCOPE,
            "cut", ProblemCode.VALIDATION_FAILED,
            "full", ProblemCode.CAPACITY_EXHAUSTED,
            "from.refusal", ProblemCode.CAPACITY_EXHAUSTED);

    /** The parts of the page. */
    enum Kind {
        /** The detail of a problem. */
        PROBLEM,
        /** The detail of an error in the list of a problem. */
        INPUT,
        /** The detail of a failed job. */
        JOB,
        /** A line of the program before it ends. */
        PROGRAM,
        /** The message of an exception that code of the host, a log or the program shows. */
        EXCEPTION,
        /** A part that stands for a name in another text. */
        PART,
        /** No error. */
        NONE,
        /** A sentence that has no place on the page, because no rule knows its call. */
        UNKNOWN
    }

    /** Returns the text, which is of the problem and of its only error where a refusal is made of both. */
    static List<ErrorText> of(ErrorTextScan.Found found) {
        return switch (found.taker()) {
            case "Refusal.ofBody" ->
                List.of(
                        of(found, Kind.PROBLEM, ProblemCode.VALIDATION_FAILED.wireName()),
                        of(found, Kind.INPUT, last(found)));
            case "Refusal.ofParameter" ->
                List.of(
                        of(found, Kind.PROBLEM, problem(found, found.words().get(0))),
                        of(found, Kind.INPUT, last(found)));
            default -> List.of(single(found));
        };
    }

    private static ErrorText of(ErrorTextScan.Found found, Kind kind, String under) {
        return new ErrorText(kind, under, found.file() + ":" + found.line(), found.text());
    }

    private static String last(ErrorTextScan.Found found) {
        return found.words().isEmpty() ? "" : found.words().get(found.words().size() - 1);
    }

    private static ErrorText single(ErrorTextScan.Found found) {
        Matcher room = ROOM.matcher(found.file());
        String home = room.matches() && room.group(1) != null ? room.group(1).replace('/', '.') : "engine";
        String taker = found.taker().replaceFirst(".*\\.(?=\\w*[eE]rror$|refusal$)", "");
        String word = last(found);
        Kind kind = kind(found, taker, word);
        return of(
                found,
                kind,
                switch (kind) {
                    case PROBLEM -> problem(found, word);
                    case INPUT -> input(found, taker, word);
                    case JOB -> word.isEmpty() ? "as the refusal" : word;
                    case EXCEPTION -> home + " " + exception(found);
                    default -> home;
                });
    }

    private static Kind kind(ErrorTextScan.Found found, String taker, String word) {
        if (NO_ERROR.matcher(found.taker()).matches()
                || REPORTS.matcher(found.file()).matches()
                || found.file().matches(".*/(?:log/postgres|jdbc)/.*")
                        && SQL.matcher(found.text()).matches()) {
            return Kind.NONE;
        }
        boolean isUrl = found.file().matches(".*/Webhook(?:Url|Host)Rules\\.java");
        if (isUrl || isInput(taker, word)) {
            return Kind.INPUT;
        }
        if (word.startsWith("ProblemCode.")
                || taker.equals("refusal") && PROBLEMS.contains(word)
                || CODES.containsKey(found.taker())
                || isOfMemory(found)) {
            return Kind.PROBLEM;
        }
        if (found.file().contains("/job/") && found.taker().matches("fail|failure|lapsed")) {
            return Kind.JOB;
        }
        boolean isPart = !found.text().endsWith(".") && found.text().matches("[a-z<,(].*")
                || found.taker().matches("(?:.*\\.)?(?:missing|wrongType|of|broken)|Formats\\.named|.*replaceFirst");
        boolean isWhole = found.taker().endsWith("IllegalArgumentException")
                && !found.text().matches("its? .*");
        if (isPart && !isWhole) {
            return Kind.PART;
        }
        if (found.file().startsWith("engine-http-adapter/")
                && found.taker()
                        .matches(
                                "usage|(?:output\\.)?sa(?:y|id)|options\\.named|faults\\.add|fault|unreadable|faulty\\.accept|return|new (?:Fault|(?:Parameter|TypeConversion|UncheckedIO)Exception)")) {
            return Kind.PROGRAM;
        }
        return exception(found).isEmpty() ? Kind.UNKNOWN : Kind.EXCEPTION;
    }

    private static boolean isInput(String taker, String word) {
        boolean isCode = !word.isEmpty() && !word.startsWith("ProblemCode.");
        return taker.equals("error")
                || isCode
                        && taker.matches("ProblemError\\.of|invalid|wrong|errors\\.add|(?:.*\\.)?(?:itemError|except)")
                || taker.equals("MalformedJsonException.tooManyItems");
    }

    /** Returns true if the adapter refuses a call for which it has no memory. */
    private static boolean isOfMemory(ErrorTextScan.Found found) {
        return found.file().endsWith("/server/ByteBudget.java") && found.taker().equals("return")
                || found.file().endsWith("/http/call/FramingException.java")
                        && found.text().endsWith(".");
    }

    private static String problem(ErrorTextScan.Found found, String word) {
        ProblemCode code = isOfMemory(found) ? ProblemCode.CAPACITY_EXHAUSTED : CODES.get(found.taker());
        return code != null ? code.wireName() : word.replace("ProblemCode.", "").toLowerCase(Locale.ROOT);
    }

    private static String input(ErrorTextScan.Found found, String taker, String word) {
        if (found.file().matches(".*/Webhook(?:Url|Host)Rules\\.java")) {
            return "invalid_url";
        }
        return taker.equals("MalformedJsonException.tooManyItems")
                ? "too_many"
                : word.isEmpty() ? "of the schema" : word;
    }

    private static String exception(ErrorTextScan.Found found) {
        Matcher made = EXCEPTION.matcher(found.taker());
        if (made.matches()) {
            return made.group(1);
        }
        return switch (found.taker()) {
            case "Objects.requireNonNull", "register" -> "NullPointerException";
            case "super", "return", "unusable", "failure.complete", "CONDITIONAL_EXPRESSION", "ASSIGNMENT" ->
                found.file().replaceFirst(".*/(\\w+)\\.java", "$1");
            default -> "";
        };
    }

    /** Returns the statement: the value and the limit. */
    String statement() {
        return cut()[0];
    }

    /** Returns what to do next; empty if the statement says it. */
    String step() {
        String[] parts = cut();
        return parts.length == 1 ? "" : parts[1];
    }

    private String[] cut() {
        String[] sentences = STEP.split(text, 2);
        if (sentences.length == 1 && text.startsWith("Expected ")) {
            return STATE_STEP.split(text, 2);
        }
        return sentences;
    }

    @Override
    public String toString() {
        return place + ": " + text;
    }
}
