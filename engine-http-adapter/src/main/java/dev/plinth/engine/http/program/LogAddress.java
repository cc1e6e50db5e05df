package dev.plinth.engine.http.program;

import dev.plinth.engine.log.postgres.LogSockets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The address of a shared log, as an operator writes it. It has no password, because a command line is seen by every
 * user of a machine.
 *
 * @param hosts one or more hosts with their ports, divided by commas
 * @param database the name of the database
 * @param user the user of the database; null for the user of the program
 * @param parameters further parameters of the driver, or nothing
 */
record LogAddress(String hosts, String database, @Nullable String user, String parameters) {
    private static final Pattern FORM =
            Pattern.compile("postgres(?:ql)?://(?:([^@/:]+)@)?([\\w.,:\\[\\]-]+)/([\\w.-]+)(?:\\?(\\S*))?");
    private static final Pattern PASSWORD = Pattern.compile("[^/]*//[^@]*:[^@]*@.*|.*[?&](?:ssl)?password=.*");

    private static final String PASSWORD_VARIABLE = "PLINTH_LOG_PASSWORD";

    /**
     * Finds the primary among the hosts, and gives up on a host that does not answer. The log has a timeout of its own once
     * it is connected. The end of a connection does not wait for a write that hangs. A later parameter wins.
     */
    private static final String PARAMETERS = "targetServerType=primary&loadBalanceHosts=true&hostRecheckSeconds=1"
            + "&connectTimeout=2&socketTimeout=10&socketFactory=" + LogSockets.class.getName()
            + "&tcpKeepAlive=true&ApplicationName=plinth";

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if it has another form or a password
     */
    static LogAddress parse(String text) {
        if (PASSWORD.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "The address of a log must not have a password. Set PLINTH_LOG_PASSWORD, or use a password file.");
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "The address of a log must be postgres://USER@HOST[:PORT][,HOST[:PORT]]/DATABASE, got " + text
                            + ".");
        }
        String parameters = form.group(4);
        return new LogAddress(form.group(2), form.group(3), form.group(1), parameters == null ? "" : parameters);
    }

    /**
     * Returns a source of connections. Its password is in {@code PLINTH_LOG_PASSWORD}, or in {@code PGPASSWORD} as for other
     * clients of the database. Without both the driver looks into its password file.
     */
    DataSource source(Map<String, String> environment) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        String separator = parameters.isEmpty() ? "" : "&";
        source.setUrl("jdbc:postgresql://" + hosts + "/" + database + "?" + PARAMETERS + separator + parameters);
        if (user != null) {
            source.setUser(user);
        }
        String own = environment.get(PASSWORD_VARIABLE);
        String password = own == null ? environment.get("PGPASSWORD") : own;
        if (password != null) {
            source.setPassword(password);
        }
        return source;
    }
}
