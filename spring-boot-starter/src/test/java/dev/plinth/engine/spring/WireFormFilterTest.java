package dev.plinth.engine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Tests which calls the filter takes for JSON of the wire. */
final class WireFormFilterTest {
    @ParameterizedTest
    @CsvSource({
        "/v1/resources/res_1, application/x-www-form-urlencoded, ",
        "/v1/resources/res_1, application/json, application/json",
        "/v1/resources/res_1, application/merge-patch+json, application/merge-patch+json",
        "/shop/v1/orders/1, application/x-www-form-urlencoded, application/x-www-form-urlencoded"
    })
    void type_isHiddenOfAFormToTheWireAlone(String path, String sent, @Nullable String seen) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("PUT", path);
        request.addHeader("Authorization", "Bearer sk_live_abc");
        request.setContentType(sent);
        MockFilterChain chain = new MockFilterChain();

        new WireFormFilter().doFilter(request, new MockHttpServletResponse(), chain);

        ServletRequest passed = Objects.requireNonNull(chain.getRequest());
        assertThat(passed.getContentType()).isEqualTo(seen);
    }

    @Test
    void formBelowV1_withoutAnApiKey_keepsItsType() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("PUT", "/v1/orders/1");
        request.addHeader("Authorization", "Basic YTpi");
        request.setContentType("application/x-www-form-urlencoded");
        MockFilterChain chain = new MockFilterChain();

        new WireFormFilter().doFilter(request, new MockHttpServletResponse(), chain);

        assertThat(Objects.requireNonNull(chain.getRequest()).getContentType())
                .isEqualTo("application/x-www-form-urlencoded");
    }
}
