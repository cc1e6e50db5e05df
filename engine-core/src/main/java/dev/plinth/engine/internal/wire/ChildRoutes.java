package dev.plinth.engine.internal.wire;

import static dev.plinth.engine.api.Scope.RESOURCES_READ;
import static dev.plinth.engine.api.Scope.RESOURCES_WRITE;
import static dev.plinth.engine.internal.base.ProblemCode.RESOURCE_ARCHIVED;
import static dev.plinth.engine.internal.wire.RouteBuilder.row;

import dev.plinth.engine.internal.base.Command;
import dev.plinth.engine.internal.base.IdKind;
import dev.plinth.engine.internal.list.PageRequest;
import dev.plinth.engine.internal.pipeline.Request;
import dev.plinth.engine.internal.pipeline.Route;
import dev.plinth.engine.internal.resource.Children;
import dev.plinth.engine.internal.resource.ContentRules;
import dev.plinth.engine.internal.resource.ContentTypes;
import dev.plinth.engine.internal.shape.Values;
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
                        .decodedBy(this::create),
                row(Tag.CHILDREN, "listChildren", "GET", ALL, "List the children of a resource")
                        .says("The newest come first.")
                        .scope(RESOURCES_READ)
                        .page()
                        .gives(Children.ENTITY)
                        .decodedBy(ChildRoutes::list),
                row(Tag.CHILDREN, "getChild", "GET", ONE, "Get a child")
                        .scope(RESOURCES_READ)
                        .gives(Children.ENTITY)
                        .mayBeUnchanged()
                        .decodedBy(ChildRoutes::get),
                row(Tag.CHILDREN, "updateChild", "PATCH", ONE, "Update a child")
                        .says("The body is a merge patch (RFC 7396): null takes a member of data or metadata out.")
                        .scope(RESOURCES_WRITE)
                        .takes(ContentRules.PATCH)
                        .refuses(RESOURCE_ARCHIVED)
                        .looksAtIfMatch()
                        .gives(Children.ENTITY)
                        .inBatch()
                        .decodedBy(this::patch),
                row(Tag.CHILDREN, "deleteChild", "DELETE", ONE, "Delete a child")
                        .scope(RESOURCES_WRITE)
                        .refuses(RESOURCE_ARCHIVED)
                        .looksAtIfMatch()
                        .gives(Entities.DELETED)
                        .inBatch()
                        .decodedBy(ChildRoutes::delete));
    }

    private Command create(Request request) {
        Input input = Input.of(request);
        Values body = input.body();
        return Children.create(input.id(IdKind.RESOURCE, 0), types.newChild().of(body));
    }

    private static Command list(Request request) {
        Input input = Input.of(request);
        PageRequest page = input.page(false);
        return input.checked(Children.list(input.id(IdKind.RESOURCE, 0), page));
    }

    private static Command get(Request request) {
        Input input = Input.of(request);
        return input.checked(
                Children.get(input.id(IdKind.RESOURCE, 0), input.id(IdKind.CHILD, 1), input.ifNoneMatch()));
    }

    private Command patch(Request request) {
        Input input = Input.of(request);
        Values body = input.body();
        return Children.patch(
                input.id(IdKind.RESOURCE, 0),
                input.id(IdKind.CHILD, 1),
                ContentRules.patch(body),
                input.ifMatch(),
                types);
    }

    private static Command delete(Request request) {
        Input input = Input.of(request);
        return input.checked(Children.delete(input.id(IdKind.RESOURCE, 0), input.id(IdKind.CHILD, 1), input.ifMatch()));
    }
}
