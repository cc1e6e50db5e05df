package dev.plinth.engine.jdbc;

import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** An inbox in H2. */
final class H2InboxTest extends InboxContract {
    private static final String URL = "jdbc:h2:mem:inbox;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";

    @Override
    DataSource source() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL(URL);
        return source;
    }

    @Override
    String jsonParameter() {
        return "?";
    }
}
