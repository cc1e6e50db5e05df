package dev.plinth.engine.http.hostile;

import java.util.Set;

/** A key that is sent in a header of nearly 8 KiB, which is spelt otherwise each time, far beyond the rate of its plan. */
final class KeyInManySpellings implements Attack {
    private static final int CONNECTIONS = 8;
    private static final int BLANKS = 7_900;
    private static final int CASES = 1 << 6;

    @Override
    public void run(AttackContext context) throws Exception {
        Tenant tenant = context.tenant("starter");
        context.together(CONNECTIONS, number -> {
            try (AttackConnection caller = new AttackConnection(context.port(), AttackContext.address(number), "")) {
                for (int i = 0; context.goesOn(); i++) {
                    int blanks = BLANKS - i / CASES % BLANKS * CONNECTIONS - number;
                    String header = "Authorization: " + scheme(i % CASES) + " ".repeat(Math.max(1, blanks))
                            + tenant.key() + "\r\n";
                    context.attack(caller, "GET", "/v1/workspace", header, "");
                }
            }
        });
    }

    /** Returns the scheme with the letters in upper case that the bits name. */
    private static String scheme(int bits) {
        StringBuilder scheme = new StringBuilder("bearer");
        for (int i = 0; i < scheme.length(); i++) {
            if ((bits >> i & 1) == 1) {
                scheme.setCharAt(i, Character.toUpperCase(scheme.charAt(i)));
            }
        }
        return scheme.toString();
    }

    @Override
    public Set<String> refusals() {
        return Set.of("429 rate_limited", "401", "400", "431");
    }
}
