package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.RESOURCES_READ;
import static dev.plinth.engine.api.Scope.RESOURCES_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.access.Access;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.base.decision.Command;
import dev.plinth.engine.internal.job.Jobs;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Shares;
import dev.plinth.engine.internal.shape.Body;
import dev.plinth.engine.internal.shape.Kind;
import dev.plinth.engine.internal.shape.Member;
import dev.plinth.engine.internal.wire.route.Entities;
import dev.plinth.engine.internal.wire.route.Input;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;

/** The routes of shares. */
final class ShareRoutes {
    private static final String ALL = ResourceRoutes.ONE + "/shares";
    private static final String ONE = ALL + "/{workspaceId}";
    private static final Member<String> ROLE = Member.required("role", Kind.oneOf(Shares.ROLES), "reader or editor");

    private ShareRoutes() {}

    static List<Route> all() {
        return List.of(
                row(Tag.SHARES, "share", "PUT", ONE, "Share a resource with a workspace")
                        .says("A reader sees the resource and its children. An editor changes them too.")
                        .scope(RESOURCES_WRITE)
                        .takes(Body.of("NewShare", ROLE).such("{\"role\":\"reader\"}"))
                        .refuses(RESOURCE_ARCHIVED)
                        .gives(201, Shares.ENTITY)
                        .gives(200, Shares.ENTITY)
                        .inBatch()
                        .decodedBy(ShareRoutes::share),
                row(Tag.SHARES, "listShares", "GET", ALL, "List the shares of a resource")
                        .scope(RESOURCES_READ)
                        .page()
                        .gives(Shares.ENTITY)
                        .decodedBy(input -> Shares.list(input.id(IdKind.RESOURCE, 0), input.page())),
                row(Tag.SHARES, "unshare", "DELETE", ONE, "End a share")
                        .scope(RESOURCES_WRITE)
                        .gives(Entities.UNSHARED)
                        .inBatch()
                        .decodedBy(input -> Shares.revoke(
                                input.id(IdKind.RESOURCE, 0), input.id(IdKind.WORKSPACE, 1), Jobs::cancelOn)));
    }

    private static Command share(Input input) {
        Id grantee = input.id(IdKind.WORKSPACE, 1);
        if (input.isOfCaller(grantee)) {
            input.note(Shares.notAGrantee());
        }
        String role = input.body().get(ROLE);
        Id resource = input.id(IdKind.RESOURCE, 0);
        return Shares.grant(resource, grantee, "editor".equals(role), Access::takesShares, Jobs::cancelOn);
    }
}
