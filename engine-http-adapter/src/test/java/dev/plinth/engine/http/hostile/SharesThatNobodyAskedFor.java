package dev.plinth.engine.http.hostile;

import dev.plinth.engine.http.RawReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Resources that are shared with a workspace that does not want them. */
final class SharesThatNobodyAskedFor implements Attack {
    private static final int SHARES = 150;

    @Override
    public void run(AttackContext context) throws Exception {
        String grantee = context.honest().tenant().id();
        List<String> shares = new ArrayList<>();
        try (AttackConnection caller = context.as(context.tenant("pro"))) {
            for (int i = 0; i < SHARES; i++) {
                RawReply made = context.attack(caller, "POST", "/v1/resources", "{\"name\":\"unwanted\"}");
                String share = "/v1/resources/" + AttackContext.made(made).get("id") + "/shares/" + grantee;
                if (context.attack(caller, "PUT", share, "{\"role\":\"reader\"}")
                                .status()
                        == 201) {
                    shares.add(share);
                }
            }
        }
        for (String share : shares) {
            context.honestly("DELETE", share, "");
        }
        RawReply left = context.honestly("GET", "/v1/resources?shared=true", "");
        if (!((List<?>) AttackContext.made(left).getOrDefault("data", List.of())).isEmpty()) {
            context.fault("the honest tenant is left with shares: " + left.text());
        }
    }

    /** To share is allowed; that the other side may leave is what bounds it. */
    @Override
    public Set<String> refusals() {
        return Set.of();
    }
}
