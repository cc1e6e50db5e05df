package dev.plinth.engine.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The databases that can have an inbox, with what differs between them. */
public enum Database {
    /** PostgreSQL 12 and newer. */
    POSTGRES("postgresql", "cast(? as json)", "cast(? as uuid)"),

    /** MariaDB 10.5 and newer. */
    MARIADB("mariadb", "?", "?"),

    /** H2 2.2 and newer. */
    H2("h2", "?", "cast(? as uuid)");

    /** The name that stands for the inbox in the files with tables. */
    static final String TABLE = "plinth_inbox";

    private final String product;
    private final String jsonParameter;
    private final String idParameter;

    Database(String product, String jsonParameter, String idParameter) {
        this.product = product;
        this.jsonParameter = jsonParameter;
        this.idParameter = idParameter;
    }

    /**
     * Returns the database of a connection.
     *
     * @throws IllegalStateException if it is none of these
     */
    static Database of(Connection connection) throws SQLException {
        String name = connection.getMetaData().getDatabaseProductName();
        for (Database database : values()) {
            if (name.toLowerCase(Locale.ROOT).equals(database.product)) {
                return database;
            }
        }
        throw new IllegalStateException("The database of an inbox must be PostgreSQL, MariaDB or H2, got " + name
                + ". Use the data source of one of these.");
    }

    /**
     * Returns the statements that create the tables of an inbox, unless they are there. The artifact has them as files for
     * Flyway too.
     *
     * @param table the name of the table, {@code [a-z][a-z0-9_]{0,40}}
     */
    public List<String> ddl(String table) {
        Objects.requireNonNull(table, "table must not be null.");
        String file = name().toLowerCase(Locale.ROOT) + "/V1__plinth_inbox.sql";
        try (InputStream in = Objects.requireNonNull(Database.class.getResourceAsStream(file), file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace(TABLE, table);
            return List.of(text.strip().split("\n\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the parameter of a statement that takes text as the JSON of a body. */
    String jsonParameter() {
        return jsonParameter;
    }

    /** Returns the parameter of a statement that takes the text of a UUID. */
    String idParameter() {
        return idParameter;
    }
}
