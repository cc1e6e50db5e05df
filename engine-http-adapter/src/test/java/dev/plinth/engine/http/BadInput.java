package dev.plinth.engine.http;

import java.util.List;

/**
 * A request that has to be refused, and how.
 *
 * @param name what is wrong with it
 * @param places where the problem's errors stand, in any order
 */
record BadInput(String name, WireRequest request, int status, String code, List<String> places) {
    static BadInput malformed(String name, WireRequest request) {
        return new BadInput(name, request, 400, "malformed_request", List.of());
    }

    static BadInput invalid(String name, WireRequest request, String... pointers) {
        return new BadInput(name, request, 422, "validation_failed", places("pointer:", pointers));
    }

    static BadInput parameter(String name, WireRequest request, String... parameters) {
        return new BadInput(name, request, 400, "parameter_invalid", places("parameter:", parameters));
    }

    static BadInput refused(String name, WireRequest request, int status, String code) {
        return new BadInput(name, request, status, code, List.of());
    }

    private static List<String> places(String source, String... names) {
        return List.of(names).stream().map(name -> source + name).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
