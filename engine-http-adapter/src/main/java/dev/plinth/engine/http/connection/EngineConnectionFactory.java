package dev.plinth.engine.http.connection;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;

/** Gives every accepted socket an {@link EngineConnection}. */
public final class EngineConnectionFactory extends HttpConnectionFactory {
    public EngineConnectionFactory(HttpConfiguration configuration) {
        super(configuration);
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new EngineConnection(getHttpConfiguration(), connector, endPoint), connector, endPoint);
    }
}
