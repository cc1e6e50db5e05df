package dev.plinth.engine.spring;

import dev.plinth.engine.api.PlinthException;
import dev.plinth.engine.api.Problem;
import java.net.URI;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Turns a {@link PlinthException} of a controller into the problem document that the wire would have shown. An advice of
 * the application with a higher order comes first.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE - 1)
final class ProblemAdvice {
    /** The members that Spring's document has by itself. */
    private static final Set<String> OWN = Set.of("type", "title", "status", "detail");

    @ExceptionHandler(PlinthException.class)
    ResponseEntity<ProblemDetail> refused(PlinthException refused) {
        Problem problem = refused.problem();
        ProblemDetail detail = ProblemDetail.forStatus(problem.status());
        detail.setType(URI.create(problem.type()));
        detail.setTitle(problem.title());
        detail.setDetail(problem.detail());
        problem.json().asMap().forEach((name, value) -> {
            if (!OWN.contains(name)) {
                detail.setProperty(name, value);
            }
        });
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(problem.status());
        refused.retryAfter()
                .ifPresent(wait -> answer.header(HttpHeaders.RETRY_AFTER, String.valueOf(wait.toSeconds())));
        return answer.body(detail);
    }
}
