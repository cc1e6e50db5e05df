package dev.plinth.engine.testkit;

import dev.plinth.engine.Engine;
import dev.plinth.engine.api.Call;
import dev.plinth.engine.api.Json;
import dev.plinth.engine.api.Reply;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** A way to the engine. What a test says through a door holds in process and over HTTP. */
interface Door {
    Reply send(Call call);

    /** The engine's own method call. */
    static Door inProcess(Engine engine) {
        return engine::call;
    }

    /** A socket. */
    static Door overHttp(URI uri) {
        return new HttpDoor(uri);
    }

    default Reply get(String key, String path) {
        return send(Call.of("GET", path).withKey(key));
    }

    default Reply post(String key, String path, String body) {
        return send(Call.of("POST", path).withKey(key).withBody(Json.of(body)));
    }

    /** A new workspace's key. */
    default String workspaceKey(String plan) {
        return key(text(workspace(plan), "id"));
    }

    /** A new workspace. */
    default Reply workspace(String plan) {
        return post(
                PlinthTestServer.ADMIN_TOKEN, "/admin/v1/workspaces", "{\"name\":\"Acme\",\"plan\":\"" + plan + "\"}");
    }

    /** A new key of a workspace. */
    default String key(String workspaceId) {
        return text(
                post(PlinthTestServer.ADMIN_TOKEN, "/admin/v1/workspaces/" + workspaceId + "/keys", "{\"name\":\"k\"}"),
                "secret");
    }

    /** A member of a reply that is text. */
    static String text(Reply reply, String member) {
        return (String) Json.of(reply.text()).asMap().get(member);
    }

    /** The items of a page. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> data(Reply page) {
        return (List<Map<String, Object>>) Json.of(page.text()).asMap().get("data");
    }
}
