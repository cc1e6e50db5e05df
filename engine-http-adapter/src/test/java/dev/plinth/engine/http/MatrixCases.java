package dev.plinth.engine.http;

import dev.plinth.engine.http.MatrixCase.Variation;
import dev.plinth.engine.http.MatrixRow.Guard;
import dev.plinth.engine.http.MatrixRow.Param;
import dev.plinth.engine.internal.pipeline.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Generates the cells of a route. A caller who may go on asks for its ids in all combinations of their states; all others, and
 * all variations, for one id in all of its states while the others are as usual.
 */
final class MatrixCases {
    private final Route route;
    private final MatrixRow row;
    private final List<MatrixCase> cases = new ArrayList<>();

    private MatrixCases(Route route, MatrixRow row) {
        this.route = route;
        this.row = row;
    }

    static List<MatrixCase> of(Route route, MatrixRow row) {
        MatrixCases cases = new MatrixCases(route, row);
        for (Credential credential : Credential.values()) {
            if (cases.isKnown(credential)) {
                cases.add(credential);
            }
        }
        return cases.cases;
    }

    /** The cells of a route in which its target is hidden from a caller who may go on. */
    static List<MatrixCase> hidden(Route route, MatrixRow row) {
        return of(route, row).stream()
                .filter(each -> each.credential() == Credential.FULL && each.variation() == Variation.PLAIN)
                .filter(each -> each.expected().status() == 404 && each.changes())
                .map(each ->
                        new MatrixCase(route, row, each.credential(), each.states(), Variation.KEYED, each.expected()))
                .toList();
    }

    private boolean isKnown(Credential credential) {
        boolean isScoped = !row.scope().isEmpty();
        return switch (credential) {
            case JUST_ENOUGH, OTHER_SCOPES -> isScoped;
            case READ_SCOPE -> row.scope().endsWith(":write");
            case FULL, NONE, OTHER_SCHEME, MALFORMED, OTHER_GUARD -> true;
            default -> row.needs() != Guard.OPERATOR_TOKEN;
        };
    }

    private void add(Credential credential) {
        Expected refusal = row.needs() == Guard.NONE ? null : credential.refusal();
        if (credential == Credential.FULL) {
            every().forEach(states -> add(credential, states, Variation.PLAIN, row.expected(states)));
            oneByOne().forEach(this::addVariations);
            return;
        }
        for (Map<Param, IdState> states : oneByOne()) {
            if (refusal == null) {
                add(credential, states, Variation.PLAIN, row.expected(states));
            } else {
                add(credential, states, changes() ? Variation.KEYED : Variation.PLAIN, refusal);
            }
        }
    }

    private void addVariations(Map<Param, IdState> states) {
        Expected unknownParameter = Expected.refused(400, "parameter_invalid");
        add(Credential.FULL, states, Variation.UNKNOWN_PARAMETER, unknownParameter);
        if (changes()) {
            add(Credential.FULL, states, Variation.UNKNOWN_MEMBER, Expected.refused(422, "validation_failed"));
        }
        Expected conditional = conditional(row.expected(states));
        if (conditional != null) {
            add(Credential.FULL, states, Variation.CONDITIONAL, conditional);
        }
    }

    /** Returns what conditions that nothing meets give; null where they may change what is not the matrix's business. */
    private @Nullable Expected conditional(Expected plain) {
        Expected failed = Expected.refused(412, "precondition_failed");
        if (row.doesHonourIfMatch()) {
            return plain.isBefore(failed) ? plain : failed;
        }
        return plain.isRefusal() && plain.isBefore(failed) ? plain : null;
    }

    private boolean changes() {
        return !route.method().equals("GET");
    }

    private void add(Credential credential, Map<Param, IdState> states, Variation variation, Expected expected) {
        cases.add(new MatrixCase(route, row, credential, states, variation, expected));
    }

    private List<Map<Param, IdState>> oneByOne() {
        Map<Param, IdState> usual = new LinkedHashMap<>();
        row.params().forEach(param -> usual.put(param, param.usual()));
        List<Map<Param, IdState>> all = new ArrayList<>(List.of(usual));
        for (Param param : row.params()) {
            for (IdState state : param.states()) {
                if (state != param.usual()) {
                    all.add(with(usual, param, state));
                }
            }
        }
        return all;
    }

    private List<Map<Param, IdState>> every() {
        List<Map<Param, IdState>> all = List.of(Map.of());
        for (Param param : row.params()) {
            all = all.stream()
                    .flatMap(states -> param.states().stream().map(state -> with(states, param, state)))
                    .toList();
        }
        return all;
    }

    private static Map<Param, IdState> with(Map<Param, IdState> states, Param param, IdState state) {
        Map<Param, IdState> more = new LinkedHashMap<>(states);
        more.put(param, state);
        return more;
    }
}
