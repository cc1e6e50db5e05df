package dev.plinth.engine.internal.wire.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplyHeadersTest {
    @Test
    void anyNumberOfHeaders_isAMapInTheirOrder() {
        ReplyHeaders headers = new ReplyHeaders();
        Map<String, String> expected = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) {
            assertThat(headers).isEqualTo(expected).hasSize(i);
            assertThat(headers.entrySet()).containsExactlyElementsOf(expected.entrySet());
            assertThat(headers.get("h" + i)).isNull();
            headers.add("h" + i, "v" + i);
            expected.put("h" + i, "v" + i);
            assertThat(headers.get("h" + i)).isEqualTo("v" + i);
        }
        assertThat(headers.containsKey("h39")).isTrue();
        assertThat(headers.containsKey("H39")).isFalse();
    }

    @Test
    void reply_isNotChangedByWhoGetsIt() {
        ReplyHeaders headers = new ReplyHeaders();
        headers.add("a", "b");

        assertThatThrownBy(() -> headers.put("a", "c")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(headers::clear).isInstanceOf(UnsupportedOperationException.class);
    }
}
