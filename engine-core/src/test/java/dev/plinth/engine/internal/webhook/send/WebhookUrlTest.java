package dev.plinth.engine.internal.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A table of spellings, most of them from the write-ups of real filters that were walked around. */
class WebhookUrlTest {
    private static final AddressFilter CLOSED = Senders.filter();
    private static final AddressFilter LOOPBACK_OPEN = Senders.filter("127.0.0.0/8", "::1/128");

    static Stream<String> accepted() {
        return Stream.of("""
                https://example.com
                https://example.com/
                http://example.com/
                HTTPS://EXAMPLE.COM/Hooks
                hTTp://Example.Com
                https://example.com:443/
                https://example.com:1/
                https://example.com:8443/hooks
                https://example.com:65535/
                https://example.com?x=1
                https://example.com/?x=1&y=%20z
                https://example.com/a/b/c.json;v=1,2
                https://example.com/~user/(a)!$&'*+=:@-._
                https://example.com/a%2Fb%C3%A9
                https://example.com/@user
                https://example.com//double
                https://example.com/a/../b
                https://example.com/?a[]=1&b[0]=2
                https://example.com/?q=a/b?c
                https://example.com/?url=https://other.example/
                https://xn--bcher-kva.example/
                https://a.b.c.d.e.f.example/
                https://my_service.example/
                http://sink:8080/
                https://1.example.com/
                https://127.0.0.1.nip.io/
                https://0x7f.example/
                https://1e3/
                https://0xg/
                https://deadbeef/
                https://localhost.example.com/
                https://notlocalhost/
                https://8.8.8.8/
                https://8.8.8.8:8443/hook
                https://1.1.1.1
                https://223.255.255.255/
                https://[2606:4700:4700::1111]/
                https://[2606:4700:4700::1111]:8443/
                https://[2606:4700:4700:0:0:0:0:1111]/
                https://[2A00:1450:4001:830::200E]/
                """.split("\n"));
    }

    static Stream<String> refused() {
        return Stream.of("""
                example.com
                //example.com/
                /hooks
                https:
                https:/
                https:/example.com
                https:example.com
                https://
                https:///hooks
                https://?x
                https://:443/
                ://example.com/
                ftp://example.com/
                file:///etc/passwd
                gopher://example.com/
                javascript://example.com/
                httpss://example.com/
                ws://example.com/
                jar:https://example.com/a.jar
                https://user@example.com/
                https://user:password@example.com/
                https://@example.com/
                https://example.com@127.0.0.1/
                https://example.com:443@127.0.0.1/
                https://127.0.0.1@example.com/
                https://user%40example.com@127.0.0.1/
                https://example.com/#top
                https://example.com#@127.0.0.1/
                https://example.com#
                https://example.com:/
                https://example.com:0/
                https://example.com:00/
                https://example.com:080/
                https://example.com:65536/
                https://example.com:99999/
                https://example.com:100000/
                https://example.com:4294967739/
                https://example.com:-1/
                https://example.com:+443/
                https://example.com:http/
                https://example.com:443:80/
                https://example.com:0x1bb/
                https://example.com./
                https://example..com/
                https://.example.com/
                https://./
                https://-example.com/
                https://example-.com/
                https://exa mple.com/
                https://example.com /
                 https://example.com/
                https://example.com/a b
                https://example.com\\@127.0.0.1/
                https:\\\\example.com/
                https://example.com\\hooks
                https://example%2ecom/
                https://127%2e0%2e0%2e1/
                https://%31%32%37.0.0.1/
                https://example.com%00.evil.example/
                https://exam!ple.com/
                https://example.com,evil.example/
                https://example.com;evil.example/
                https://a*b.example/
                https://büecher.example/
                https://①②⑦.⓪.⓪.①/
                https://１２７.0.0.1/
                https://127。0。0。1/
                https://example.com/é
                https://example.com/%
                https://example.com/%2
                https://example.com/%zz
                https://example.com/<script>
                https://example.com/"
                https://example.com/{id}
                https://example.com/a|b
                https://example.com/a^b
                https://example.com/`
                https://example.com/[a]
                https://example.com/?a=%
                https://example.com/?a={b}
                https://2130706433/
                https://02130706433/
                https://017700000001/
                https://0x7f000001/
                https://0X7F000001/
                https://0x7F.0x0.0x0.0x1/
                https://0x7f.1/
                https://0x/
                https://0/
                https://127.1/
                https://127.0.1/
                https://127.0.0.1/
                https://127.0.0.1:8080/
                https://127.0.0.1./
                https://127.0.0.1../
                https://0177.0.0.1/
                https://00000177.0.0.1/
                https://127.0.0.01/
                https://127.0.0.001/
                https://127.0.0.0x1/
                https://0177.0.0x0.1/
                https://127.0.0.1.1/
                https://127.0.0/
                https://1.2.3.4.5/
                https://256.0.0.1/
                https://8.8.8.256/
                https://8.8.8.08/
                https://8.8.2056/
                https://134744072/
                https://0x08080808/
                https://8.8.8/
                https://foo.0x7f/
                https://foo.1/
                https://example.com.127/
                https://4294967296/
                https://99999999999999999999/
                https://0.0.0.0/
                https://0.0.0.1/
                https://10.0.0.1/
                https://100.64.0.1/
                https://169.254.169.254/latest/meta-data/
                https://2852039166/
                https://0xa9fea9fe/
                https://0251.0376.0251.0376/
                https://169.254.43518/
                https://172.16.0.1/
                https://172.31.255.255/
                https://192.0.0.192/
                https://192.0.2.1/
                https://192.88.99.1/
                https://192.168.1.1/
                https://3232235777/
                https://198.18.0.1/
                https://198.51.100.1/
                https://203.0.113.1/
                https://224.0.0.1/
                https://240.0.0.1/
                https://255.255.255.255/
                https://localhost/
                https://localhost:8080/
                https://LOCALHOST/
                https://LocalHost./
                https://foo.localhost/
                https://a.b.LOCALHOST/
                https://[::1]/
                https://[::1]:8080/
                https://[0:0:0:0:0:0:0:1]/
                https://[0000:0000:0000:0000:0000:0000:0000:0001]/
                https://[::]/
                https://[::127.0.0.1]/
                https://[::7f00:1]/
                https://[::ffff:127.0.0.1]/
                https://[::ffff:7f00:1]/
                https://[::FFFF:7F00:0001]/
                https://[0:0:0:0:0:ffff:127.0.0.1]/
                https://[::ffff:8.8.8.8]/
                https://[::ffff:0:127.0.0.1]/
                https://[64:ff9b::127.0.0.1]/
                https://[64:ff9b::a9fe:a9fe]/
                https://[2002:7f00:1::]/
                https://[2001:0:1::1]/
                https://[2001:db8::1]/
                https://[3fff::1]/
                https://[100::1]/
                https://[fc00::1]/
                https://[fd00:ec2::254]/
                https://[fe80::1]/
                https://[fe80::1%25eth0]/
                https://[fe80::1%eth0]/
                https://[2606:4700:4700::1111%25eth0]/
                https://[fec0::1]/
                https://[ff02::1]/
                https://[2606:4700:4700::1111/
                https://2606:4700:4700::1111]/
                https://2606:4700:4700::1111/
                https://[2606:4700:4700:::1111]/
                https://[2606::4700::1111]/
                https://[1:2:3:4:5:6:7:8:9]/
                https://[12345::1]/
                https://[g::1]/
                https://[]/
                https://[:]/
                https://[127.0.0.1]/
                https://[localhost]/
                https://[v1.a]/
                https://[::1].example.com/
                https://[2606:4700:4700::1111]8080/
                https://example.com[::1]/
                """.split("\n"));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void parse_strictSpelling_isAcceptedAsItIs(String text) {
        assertThat(WebhookUrl.parse(text, CLOSED))
                .isInstanceOfSatisfying(
                        WebhookUrl.Accepted.class, url -> assertThat(url.uri()).hasToString(text));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void parse_otherSpellingOrTarget_isRefusedWithSentences(String text) {
        assertThat(WebhookUrl.parse(text, CLOSED))
                .isInstanceOfSatisfying(
                        WebhookUrl.Refused.class,
                        url -> assertThat(url.problems())
                                .isNotEmpty()
                                .allMatch(problem -> problem.matches("[A-Z].*[.] [A-Z].*[.]")));
    }

    @Test
    void table_spellings_areMany() {
        assertThat(accepted().distinct().count() + refused().distinct().count()).isGreaterThan(200);
    }

    @Test
    void parse_controlCharacters_areRefused() {
        for (char control : new char[] {0, '\t', '\n', '\r', 0x1b, ' ', 0x7f, 0x85, 0xa0, 0x2028}) {
            assertThat(problems("https://example.com/" + control, CLOSED)).hasSize(1);
            assertThat(problems("https://exam" + control + "ple.com/", CLOSED)).hasSize(1);
        }
    }

    @Test
    void parse_length_isBoundedAt2048() {
        String url = "https://example.com/";

        assertThat(problems(url + "a".repeat(2048 - url.length()), CLOSED)).isEmpty();
        assertThat(problems(url + "%20".repeat(670), CLOSED)).isEmpty();
        assertThat(problems(url + "a".repeat(2049 - url.length()), CLOSED))
                .singleElement()
                .asString()
                .contains("2048 characters, and this one has 2049");
    }

    @Test
    void parse_hostLength_isBoundedAt253AndLabelsAt63() {
        String label = "a".repeat(63);
        String host253 = String.join(".", label, label, label, "a".repeat(61));

        assertThat(problems("https://" + host253 + "/", CLOSED)).isEmpty();
        assertThat(problems("https://" + host253 + "a/", CLOSED))
                .singleElement()
                .asString()
                .contains("253");
        assertThat(problems("https://" + label + "a.example/", CLOSED)).hasSize(1);
    }

    @Test
    void parse_severalProblems_areAllNamed() {
        assertThat(problems("ftp://10.0.0.1:0/{x}#y", CLOSED)).hasSize(5);
    }

    @Test
    void parse_userInformation_isNotRepeated() {
        assertThat(problems("https://bob:hunter2@example.com/", CLOSED))
                .singleElement()
                .asString()
                .doesNotContain("hunter2");
    }

    @Test
    void parse_openedLoopback_isAcceptedInItsStrictSpelling() {
        for (String host : List.of("127.0.0.1", "127.9.9.9", "[::1]", "localhost", "hook.localhost", "LOCALHOST")) {
            assertThat(problems("http://" + host + ":8080/", LOOPBACK_OPEN))
                    .as(host)
                    .isEmpty();
        }
    }

    @Test
    void parse_openedLoopback_isRefusedInEveryOtherSpelling() {
        for (String host : List.of(
                "2130706433",
                "0x7f.1",
                "0177.0.0.1",
                "127.1",
                "127.0.0.1.",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[::1%25lo]",
                "localhost.",
                "10.0.0.1")) {
            assertThat(problems("http://" + host + ":8080/", LOOPBACK_OPEN))
                    .as(host)
                    .hasSize(1);
        }
    }

    @Test
    void parse_localhostWithOnlyAnotherLoopbackOpened_isRefused() {
        assertThat(problems("http://localhost/", Senders.filter("127.0.0.2/32")))
                .hasSize(1);
    }

    private static List<String> problems(String text, AddressFilter filter) {
        return WebhookUrl.parse(text, filter) instanceof WebhookUrl.Refused refused ? refused.problems() : List.of();
    }
}
