package dev.plinth.engine.internal.wire.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** References in a body: their places, and what a body with their values keeps. */
final class BatchReferencesTest {
    private static JsonValue.Obj read(String json) {
        return (JsonValue.Obj) JsonReader.trusted(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void partsWithoutAReference_stayTheSameObjects() {
        JsonValue.Obj body = read("{\"kept\":[1,{\"a\":\"b\"}],\"list\":[{\"a\":1},\"{{0.id}}\",[2]]}");

        JsonValue.Obj resolved = (JsonValue.Obj) BatchReferences.resolveBody(body, reference -> "res_1");

        assertThat(resolved).isEqualTo(read("{\"kept\":[1,{\"a\":\"b\"}],\"list\":[{\"a\":1},\"res_1\",[2]]}"));
        assertThat(resolved.get("kept")).isSameAs(body.get("kept"));
        List<JsonValue> before = ((JsonValue.Arr) body.members().get("list")).items();
        List<JsonValue> after = ((JsonValue.Arr) resolved.members().get("list")).items();
        assertThat(after.get(0)).isSameAs(before.get(0));
        assertThat(after.get(2)).isSameAs(before.get(2));
        assertThat(BatchReferences.resolveBody(read("{\"a\":[\"{{id}}\"]}"), reference -> "res_1"))
                .isEqualTo(read("{\"a\":[\"{{id}}\"]}"));
    }

    /** The pointers of all places together would have some gigabytes. */
    @Test
    void references_belowALongName_shareIt() {
        String name = "n/~".repeat(100_000);
        JsonValue.Obj body = read("{\"" + name + "\":[" + "\"{{0.id}}\",".repeat(20_000) + "1]}");
        List<BatchReferences.Reference> found = new ArrayList<>();

        BatchReferences.findInBody(body, BatchReferences.BODY, found);

        assertThat(found).hasSize(20_000);
        assertThat(found.get(19_999).at().pointer()).isEqualTo("/body/" + "n~1~0".repeat(100_000) + "/19999");
    }

    @Test
    void isAt_placesAroundAReference_only() {
        JsonValue.Obj body = read("{\"a/b\":[1,{\"c\":\"{{0.id}}\"}],\"d\":\"e\"}");

        assertThat(List.of("", "/a~1b", "/a~1b/1", "/a~1b/1/c")).allMatch(at -> BatchReferences.isAt(body, at));
        assertThat(List.of("/d", "/a~1b/0", "/a~1b/2", "/a~1b/x", "/a", "/d/c"))
                .noneMatch(at -> BatchReferences.isAt(body, at));
        assertThat(BatchReferences.isAt(null, "")).isFalse();
    }
}
