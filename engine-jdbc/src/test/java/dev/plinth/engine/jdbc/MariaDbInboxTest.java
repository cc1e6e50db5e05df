package dev.plinth.engine.jdbc;

import javax.sql.DataSource;
import org.junit.jupiter.api.condition.EnabledIf;

/** An inbox in MariaDB. A machine without its server skips it. */
@EnabledIf(value = "isInstalled", disabledReason = "This machine has no server of MariaDB.")
final class MariaDbInboxTest extends InboxContract {
    static boolean isInstalled() {
        return MariaDbServer.isInstalled();
    }

    @Override
    DataSource source() {
        return MariaDbServer.shared().source();
    }

    @Override
    String jsonParameter() {
        return "?";
    }
}
