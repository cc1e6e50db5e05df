package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.RESOURCES_READ;
import static dev.plinth.engine.api.Scope.RESOURCES_WRITE;
import static dev.plinth.engine.internal.base.problem.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.wire.route.RouteBuilder.row;

import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.wire.route.Entities;
import dev.plinth.engine.internal.wire.route.Tag;
import java.util.List;

/** The routes of the children of resources. */
final class ChildRoutes {
    private static final String ALL = ResourceRoutes.ONE + "/children";
    private static final String ONE = ALL + "/{childId}";

    private final ContentTypes types;

    ChildRoutes(ContentTypes types) {
        this.types = types;
    }

    List<Route> all() {
        return List.of(
                row(Tag.CHILDREN, "createChild", "POST", ALL, "Create a child of a resource")
                        .scope(RESOURCES_WRITE)
                        .takes(types.newChild().body())
                        .refuses(RESOURCE_ARCHIVED)
                        .creates(Children.ENTITY)
                        .inBatch()
                        .decodedBy(input -> Children.create(
                                input.id(IdKind.RESOURCE, 0), types.newChild().of(input.body()))),
                row(Tag.CHILDREN, "listChildren", "GET", ALL, "List the children of a resource")
                        .says("The newest come first.")
                        .scope(RESOURCES_READ)
                        .page()
                        .gives(Children.ENTITY)
                        .decodedBy(input -> Children.list(input.id(IdKind.RESOURCE, 0), input.page())),
                row(Tag.CHILDREN, "getChild", "GET", ONE, "Get a child")
                        .scope(RESOURCES_READ)
                        .gives(Children.ENTITY)
                        .looksAtIfMatch()
                        .mayBeUnchanged()
                        .decodedBy(input -> Children.get(
                                input.id(IdKind.RESOURCE, 0), input.id(IdKind.CHILD, 1), input.precondition())),
                row(Tag.CHILDREN, "updateChild", "PATCH", ONE, "Update a child")
                        .says("The body is a merge patch (RFC 7396): null takes a member of data or metadata out.")
                        .scope(RESOURCES_WRITE)
                        .takes(ContentRules.PATCH)
                        .refuses(RESOURCE_ARCHIVED)
                        .looksAtIfMatch()
                        .gives(Children.ENTITY)
                        .inBatch()
                        .decodedBy(input -> Children.patch(
                                input.id(IdKind.RESOURCE, 0),
                                input.id(IdKind.CHILD, 1),
                                ContentRules.patch(input.body()),
                                input.precondition(),
                                types)),
                row(Tag.CHILDREN, "deleteChild", "DELETE", ONE, "Delete a child")
                        .scope(RESOURCES_WRITE)
                        .refuses(RESOURCE_ARCHIVED)
                        .looksAtIfMatch()
                        .gives(Entities.DELETED)
                        .inBatch()
                        .decodedBy(input -> Children.delete(
                                input.id(IdKind.RESOURCE, 0), input.id(IdKind.CHILD, 1), input.precondition())));
    }
}
