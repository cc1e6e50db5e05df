package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Resources that are shared with a workspace that does not want them. */
final class SharesThatNobodyAskedFor implements Attack {
    private static final int SHARES = 150;

    @Override
    public void run(Arena arena) throws Exception {
        String grantee = arena.honest().tenant().id();
        List<String> shares = new ArrayList<>();
        try (Caller caller = arena.as(arena.tenant("pro"))) {
            for (int i = 0; i < SHARES; i++) {
                RawReply made = arena.attack(caller, "POST", "/v1/resources", "{\"name\":\"unwanted\"}");
                String share = "/v1/resources/" + Arena.made(made).get("id") + "/shares/" + grantee;
                if (arena.attack(caller, "PUT", share, "{\"role\":\"reader\"}").status() == 201) {
                    shares.add(share);
                }
            }
        }
        for (String share : shares) {
            arena.honestly("DELETE", share, "");
        }
        RawReply left = arena.honestly("GET", "/v1/resources?shared=true", "");
        if (!((List<?>) Arena.made(left).getOrDefault("data", List.of())).isEmpty()) {
            arena.fault("the honest tenant is left with shares: " + left.text());
        }
    }

    /** To share is allowed; that the other side may leave is what bounds it. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
