package dev.plinth.engine.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.engine.Engine;
import dev.plinth.engine.Guard;
import dev.plinth.engine.api.NewKey;
import dev.plinth.engine.api.NewResource;
import dev.plinth.engine.api.Scope;
import dev.plinth.engine.handler.GuardedRequest;
import dev.plinth.engine.settings.Plan;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.web.servlet.filter.OrderedFormContentFilter;
import org.springframework.boot.web.servlet.filter.OrderedHiddenHttpMethodFilter;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** Tests the filter on Tomcat, over sockets, in front of controllers. */
@Timeout(120)
final class GuardFilterTest {
    private static final Plan FEW = Plan.perMinute("few", 20);

    private final Engine engine = Engine.builder().plan(FEW).open();
    private final Tomcat tomcat = new Tomcat();
    private final Desk desk = new Desk();
    private final HttpClient http = HttpClient.newHttpClient();
    private String workspace;
    private String key;

    @TempDir
    private Path directory;

    /** Controllers. */
    @RestController
    static class Desk {
        private final AtomicInteger runs = new AtomicInteger();

        @CrossOrigin("https://shop.example")
        @PostMapping("/payments/{order}")
        ResponseEntity<String> pay(
                @PathVariable("order") String order,
                @RequestBody byte[] body,
                @RequestAttribute(GuardFilter.REQUEST) GuardedRequest call) {
            String made = call.effects().create(NewResource.of("payment of " + order));
            return ResponseEntity.status(HttpStatus.CREATED)
                    .header("Content-Type", "text/csv;charset=UTF-8")
                    .header("X-Run", String.valueOf(runs.incrementAndGet()))
                    .body(made + ";" + body.length + ";\u00e4\n");
        }

        @PostMapping("/payments/breaks")
        String breaks(@RequestAttribute(GuardFilter.REQUEST) GuardedRequest call) {
            runs.incrementAndGet();
            String unused = call.effects().create(NewResource.of("never"));
            throw new IllegalStateException("the printer is on fire");
        }

        @PostMapping("/payments/none")
        String none() {
            runs.incrementAndGet();
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }

        @PostMapping("/payments/later")
        Callable<String> later() {
            return () -> "later";
        }

        @PostMapping("/payments/cookie")
        void cookie(HttpServletResponse response) {
            response.addCookie(new Cookie("a", "b"));
        }

        @PostMapping("/payments/long")
        byte[] tooLong() {
            return new byte[Guard.REPLY_BYTES_MAX + 1];
        }

        @PostMapping("/payments/moved")
        void moved(HttpServletResponse response) throws IOException {
            response.sendRedirect("/payments/there");
        }

        @PostMapping(path = "/payments/form", produces = "text/plain;charset=UTF-8")
        String form(@RequestParam("item") List<String> items, @RequestBody String body) {
            return items + " " + body;
        }

        @PutMapping("/payments/{order}")
        String put(@RequestParam("item") List<String> items) {
            return items + " " + runs.incrementAndGet();
        }

        @PostMapping("/notes")
        String note(@RequestBody byte[] body, HttpServletRequest request) throws IOException {
            return request.getContentType() + " " + request.getHeader("content-type") + " " + new String(body, "UTF-8");
        }

        @PostMapping("/payments/forwards")
        void forwards(
                @RequestAttribute(GuardFilter.REQUEST) GuardedRequest call,
                HttpServletRequest request,
                HttpServletResponse response)
                throws IOException, ServletException {
            String unused = call.effects().create(NewResource.of("never"));
            request.getRequestDispatcher("/open").forward(request, response);
        }

        @PostMapping("/payments/past")
        void past(@RequestAttribute(GuardFilter.REQUEST) GuardedRequest call, HttpServletResponse response)
                throws IOException {
            String unused = call.effects().create(NewResource.of("never"));
            ServletResponse server = response;
            while (server instanceof ServletResponseWrapper wrapper) {
                server = wrapper.getResponse();
            }
            server.flushBuffer();
        }

        @PostMapping("/payments/parts")
        void parts(@RequestAttribute(GuardFilter.REQUEST) GuardedRequest call, HttpServletRequest request)
                throws IOException, ServletException {
            String unused = call.effects().create(NewResource.of("never"));
            request.getParts().clear();
        }

        @PostMapping("/payments/includes")
        void includes(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
            request.getRequestDispatcher("/open").include(request, response);
        }

        @PostMapping("/payments/again")
        void again(HttpServletResponse response) throws IOException {
            PrintWriter writer = response.getWriter();
            writer.print("before");
            response.resetBuffer();
            writer.print("after");
        }

        @GetMapping("/payments/{order}")
        void show(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/plain");
            response.setCharacterEncoding("UTF-8");
            response.setDateHeader("Last-Modified", 0);
            response.getWriter().print("\u00e4" + request.getReader().readLine());
            response.flushBuffer();
        }

        @RequestMapping("/open")
        String open() {
            return "open";
        }
    }

    /** Makes controllers of the beans. */
    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    static class Web {}

    @BeforeEach
    void start() throws Exception {
        workspace = engine.admin().createWorkspace("acme", FEW.name()).call().id();
        key = engine.admin().createKey(workspace, "k").call().secret().orElseThrow();
        GenericWebApplicationContext spring = new GenericWebApplicationContext();
        AnnotationConfigUtils.registerAnnotationConfigProcessors(spring);
        spring.registerBean(Desk.class, () -> desk);
        spring.registerBean(Web.class);
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", directory.toString());
        Tomcat.addServlet(context, "mvc", new DispatcherServlet(spring)).setAsyncSupported(true);
        context.addServletMappingDecoded("/", "mvc");
        context.addServletMappingDecoded("/api/*", "mvc");
        addFilter(context, "reader", (request, response, chain) -> {
            if (((HttpServletRequest) request).getHeader("X-Read-First") != null) {
                String unused = request.getParameter("item");
            }
            chain.doFilter(request, response);
        });
        FilterDef filter = new FilterDef();
        filter.setFilterName("guard");
        filter.setAsyncSupported("true");
        filter.setFilter(new GuardFilter(
                engine.guard().scope(Scope.RESOURCES_WRITE).anyBody().bodyBytesMax(1_000), "/payments/{order}"));
        context.addFilterDef(filter);
        FilterMap all = new FilterMap();
        all.setFilterName("guard");
        all.addURLPattern("/*");
        context.addFilterMap(all);
        addFilter(context, "json", new GuardFilter(engine.guard(), "/notes", "/slips/"));
        addFilter(context, "forms", new OrderedFormContentFilter());
        tomcat.start();
    }

    private static void addFilter(Context context, String name, Filter filter) {
        FilterDef definition = new FilterDef();
        definition.setFilterName(name);
        definition.setAsyncSupported("true");
        definition.setFilter(filter);
        context.addFilterDef(definition);
        FilterMap all = new FilterMap();
        all.setFilterName(name);
        all.addURLPattern("/*");
        context.addFilterMap(all);
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        engine.close();
    }

    private HttpResponse<byte[]> send(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + path))
                .method(method, BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    private long payments() {
        return engine.workspace(workspace).resources().list().call().data().size();
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void post_repeatedUnderItsKey_getsTheSameBytesAndRunsTheControllerOnce() throws Exception {
        HttpResponse<byte[]> first = send("POST", "/payments/7", "abc", "Idempotency-Key", "k");
        HttpResponse<byte[]> again = send("POST", "/payments/7", "abc", "Idempotency-Key", "k", "Prefer", "wait=30");

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(new String(first.body(), "UTF-8")).startsWith("res_").endsWith(";3;\u00e4\n");
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        for (String name : new String[] {"content-type", "x-run", "content-length"}) {
            assertThat(again.headers().allValues(name))
                    .isEqualTo(first.headers().allValues(name))
                    .hasSize(1);
        }
        assertThat(header(again, "idempotent-replayed")).isEqualTo("true");
        assertThat(header(again, "original-request")).isEqualTo(header(first, "request-id"));
        assertThat(desk.runs).hasValue(1);
        assertThat(payments()).isOne();
        assertThat(engine.workspace(workspace).requests().call().data())
                .anyMatch(request -> request.route().equals("/payments/{order}"));
    }

    @Test
    void post_otherBodyUnderTheKey_is422() throws Exception {
        HttpResponse<byte[]> unused = send("POST", "/payments/7", "abc", "Idempotency-Key", "k");

        assertThat(send("POST", "/payments/7", "abd", "Idempotency-Key", "k").statusCode())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/payments/7",
                "/payments/%37",
                "/payments;a=b/7",
                "/payments/7;a=b",
                "/PAYMENTS/7",
                "/payments/7/",
                "//payments//7",
                "/;a=b/payments/7/;a=b",
                "/open/../payments/7",
                "/api/payments/7",
                "/api//Payments/7/",
                "/%61pi/payments/7",
                "//slips/"
            })
    void post_wrongKey_is401HoweverThePathIsSpelled(String path) throws Exception {
        key = "sk_live_wrong";
        HttpResponse<byte[]> wrong = send("POST", path, "abc");
        key = "";
        HttpResponse<byte[]> none = send("POST", path, "abc");

        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(header(wrong, "content-type")).isEqualTo("application/problem+json");
        assertThat(header(wrong, "www-authenticate")).contains("invalid_token");
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(desk.runs).hasValue(0);
    }

    @Test
    void post_keyWithoutTheScope_is403() throws Exception {
        key = engine.admin()
                .createKey(workspace, NewKey.of("reader").withScopes(Scope.RESOURCES_READ))
                .call()
                .secret()
                .orElseThrow();

        assertThat(send("POST", "/payments/7", "abc").statusCode()).isEqualTo(403);
    }

    @Test
    void post_quotaIsUsedUp_is429WithRetryAfter() throws Exception {
        for (int i = 0; i < FEW.requests(); i++) {
            assertThat(send("POST", "/payments/7", "abc").statusCode()).isEqualTo(201);
        }

        HttpResponse<byte[]> refused = send("POST", "/payments/7", "abc");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(header(refused, "retry-after"))).isPositive();
        assertThat(desk.runs).hasValue(FEW.requests());
    }

    @Test
    void post_tooLongABody_is413() throws Exception {
        assertThat(send("POST", "/payments/7", "a".repeat(1_001)).statusCode()).isEqualTo(413);
        assertThat(send("POST", "/payments/7", "a".repeat(1_000)).statusCode()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"breaks", "later", "cookie", "long", "forwards", "parts"})
    void post_controllerFailsOrAnswersWhatCannotBeRemembered_is500AndChangesNothing(String path) throws Exception {
        HttpResponse<byte[]> failed = send("POST", "/payments/" + path, "", "Idempotency-Key", "k");

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(new String(failed.body(), "UTF-8"))
                .contains("\"internal_error\"")
                .doesNotContain("printer", "Exception");
        assertThat(header(failed, "set-cookie")).isEmpty();
        assertThat(payments()).isZero();
        assertThat(header(send("POST", "/payments/" + path, "", "Idempotency-Key", "k"), "idempotent-replayed"))
                .isEmpty();
    }

    @Test
    void post_controllerSendsAnError_isRemembered() throws Exception {
        HttpResponse<byte[]> first = send("POST", "/payments/none", "", "Idempotency-Key", "k");
        HttpResponse<byte[]> again = send("POST", "/payments/none", "", "Idempotency-Key", "k");

        assertThat(first.statusCode()).isEqualTo(404);
        assertThat(again.statusCode()).isEqualTo(404);
        assertThat(desk.runs).hasValue(1);
    }

    @Test
    void post_controllerRedirects_isAnsweredSo() throws Exception {
        HttpResponse<byte[]> moved = send("POST", "/payments/moved", "");

        assertThat(moved.statusCode()).isEqualTo(302);
        assertThat(header(moved, "location")).isEqualTo("/payments/there");
    }

    @Test
    void get_writesText_inItsEncoding() throws Exception {
        HttpResponse<byte[]> shown = send("GET", "/payments/7", "");

        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(new String(shown.body(), "UTF-8")).isEqualTo("\u00e4null");
        assertThat(header(shown, "content-type")).isEqualToIgnoringCase("text/plain;charset=UTF-8");
        assertThat(header(shown, "last-modified")).contains("1970");
    }

    @Test
    void otherPath_needsNoKey() throws Exception {
        key = "";

        assertThat(new String(send("GET", "/open", "").body(), "UTF-8")).isEqualTo("open");
    }

    @Test
    void post_servletIsMappedByPath_runsTheController() throws Exception {
        assertThat(send("POST", "/api/payments/7", "abc").statusCode()).isEqualTo(201);
        assertThat(payments()).isOne();
    }

    @Test
    void order_isInFrontOfFiltersThatReadForms() {
        int order = new GuardFilter(engine.guard(), "/**").getOrder();

        assertThat(order)
                .isLessThan(OrderedHiddenHttpMethodFilter.DEFAULT_ORDER)
                .isLessThan(OrderedFormContentFilter.DEFAULT_ORDER)
                .isGreaterThan(OrderedFormContentFilter.HIGHEST_PRECEDENCE);
    }

    @Test
    void post_aFilterHasReadTheBody_is500AndNothingIsReplayed() throws Exception {
        String[] headers = {"Idempotency-Key", "k", "Content-Type", "application/x-www-form-urlencoded"};
        String[] read = {headers[0], headers[1], headers[2], headers[3], "X-Read-First", "yes"};

        assertThat(send("POST", "/payments/none", "", headers).statusCode()).isEqualTo(404);
        assertThat(send("POST", "/payments/none", "item=a", read).statusCode()).isEqualTo(500);
        assertThat(send("POST", "/payments/none", "item=a", headers).statusCode())
                .isEqualTo(422);
        assertThat(desk.runs).hasValue(1);
    }

    @Test
    void post_form_hasItsParametersAndThoseOfTheQuery() throws Exception {
        String type = "application/x-www-form-urlencoded;charset=UTF-8";

        assertThat(text(send("POST", "/payments/form", "item=%C3%A4+b&item=100%", "Content-Type", type)))
                .isEqualTo("[\u00e4 b, 100%] item=%C3%A4+b&item=100%25");
        assertThat(text(send("POST", "/payments/form?item=q", "item=f", "Content-Type", type)))
                .isEqualTo("[q, f] item=f");
        assertThat(text(send("POST", "/payments/form?item=q", "item=f", "Content-Type", "text/plain")))
                .isEqualTo("[q] item=f");
    }

    @Test
    void put_otherFormUnderTheKey_is422() throws Exception {
        String[] headers = {"Idempotency-Key", "k", "Content-Type", "application/x-www-form-urlencoded"};

        assertThat(text(send("PUT", "/payments/7?item=q", "item=a", headers))).isEqualTo("[q, a] 1");
        assertThat(text(send("PUT", "/payments/7?item=q", "item=a", headers))).isEqualTo("[q, a] 1");
        assertThat(send("PUT", "/payments/7?item=q", "item=b", headers).statusCode())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1}", " [1]", "\"a=b\""})
    void post_jsonAsAForm_isReadAsJson(String json) throws Exception {
        assertThat(text(send("POST", "/notes", json, "Content-Type", "application/x-www-form-urlencoded")))
                .isEqualTo("application/json application/json " + json);
    }

    @Test
    void post_codeAnswersPastTheGuard_changesNothing() throws Exception {
        HttpResponse<byte[]> unused = send("POST", "/payments/past", "", "Idempotency-Key", "k");

        assertThat(payments()).isZero();
    }

    @Test
    void post_controllerIncludes_isAnsweredWithIt() throws Exception {
        assertThat(text(send("POST", "/payments/includes", ""))).isEqualTo("open");
    }

    @Test
    void post_bufferIsResetUnderAWriter_keepsWhatIsWrittenAfter() throws Exception {
        assertThat(text(send("POST", "/payments/again", ""))).isEqualTo("after");
    }

    @ParameterizedTest
    @CsvSource({"https://shop.example,200", "https://other.example,403"})
    void options_preflight_isAnsweredByTheController(String origin, int status) throws Exception {
        key = "";
        HttpResponse<byte[]> answer =
                send("OPTIONS", "/payments/7", "", "Origin", origin, "Access-Control-Request-Method", "POST");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(header(answer, "access-control-allow-origin")).isEqualTo(status == 200 ? origin : "");
        assertThat(send("OPTIONS", "/payments/7", "").statusCode()).isEqualTo(405);
        assertThat(desk.runs).hasValue(0);
    }

    private static String text(HttpResponse<byte[]> response) throws IOException {
        return new String(response.body(), "UTF-8");
    }
}
