package dev.plinth.engine.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers of requests by {@code Host} and by URL. */
class ServerTest {
    @ParameterizedTest
    @CsvSource({
        "example.com,, example.com, 0",
        "example.com, http, example.com, 80",
        "example.com, https, example.com, 443",
        "example.com, HTTPS, example.com, 443",
        "example.com:8080, https, example.com, 8080",
        "a_b:8080,, a_b, 8080",
        "[::1], https, ::1, 443",
        "[::1]:8080,, ::1, 8080",
        "example.com:, http, example.com, 80",
        "example.com:x, http, example.com, 0",
        "example.com:-1, http, example.com, 0",
        "example.com:65536, http, example.com, 0",
        "example.com:4294967376, http, example.com, 0",
    })
    void host_namesAddressAndPort(String host, String scheme, String address, int port) {
        assertThat(Server.of(host, Optional.ofNullable(scheme))).contains(new Server(address, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":80", "[]"})
    void host_withoutAName_isNone(String host) {
        assertThat(Server.of(host, Optional.of("http"))).isEmpty();
        assertThat(Server.of("a".repeat(255) + host, Optional.of("http"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.com/a, example.com, 80",
        "https://example.com, example.com, 443",
        "https://ada:secret@a_b:8443/, a_b, 8443",
        "https://[2001:db8::1]:8443/a?b, 2001:db8::1, 8443",
    })
    void url_namesAddressAndPort(URI url, String address, int port) {
        assertThat(Server.of(url)).contains(new Server(address, port));
    }
}
