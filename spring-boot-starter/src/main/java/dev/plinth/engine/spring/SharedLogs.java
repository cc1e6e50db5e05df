package dev.plinth.engine.spring;

import dev.plinth.engine.log.SharedLog;
import dev.plinth.engine.log.postgres.PostgresLog;
import dev.plinth.engine.log.postgres.PostgresLogBuilder;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;

/** Connects to the log of several applications with the connections of this one. */
final class SharedLogs {
    private static final String LIBRARY = "dev.plinth.engine.log.postgres.PostgresLog";

    private SharedLogs() {}

    /**
     * Connects to the log of a cell.
     *
     * @throws IllegalStateException if library or data source are missing, or the database cannot hold the log
     */
    static SharedLog open(PlinthProperties.Log log, ObjectProvider<DataSource> sources) {
        if (!ClassUtils.isPresent(LIBRARY, null)) {
            throw new IllegalStateException(
                    "plinth.log.cell needs a library that the application does not have. Add dev.plinth:engine-log-postgres.");
        }
        DataSource source = sources.getIfUnique();
        if (source == null) {
            throw new IllegalStateException(
                    "plinth.log.cell needs one DataSource, and the application has none, or several"
                            + " without a primary one. Define one, or mark one as @Primary.");
        }
        return Postgres.open(log, source);
    }

    /** Is loaded only if the library is there. */
    private static final class Postgres {
        static SharedLog open(PlinthProperties.Log log, DataSource source) {
            PostgresLogBuilder builder = PostgresLog.of(source).lease(log.lease());
            if (log.durability() == PlinthProperties.LogDurability.LOCAL) {
                builder.localDurability();
            }
            return builder.cell(String.valueOf(log.cell()));
        }
    }
}
