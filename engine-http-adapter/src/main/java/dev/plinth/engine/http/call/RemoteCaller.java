package dev.plinth.engine.http.call;

import java.net.InetAddress;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;

/** The sender of a call, as the socket side knows it. For the thread of the call. */
public interface RemoteCaller {
    /** Returns the headers as they came. */
    HttpFields headers();

    /** Returns true if the call has a body, which may be empty. */
    boolean hasBody();

    /** Returns the address of the client; empty if it is not known. */
    Optional<InetAddress> address();

    /**
     * Notes that another node has forwarded the call. Its connection is then not limited as one of a client.
     *
     * @param client the address of its client; empty if that node does not know it
     */
    void isForwarded(Optional<InetAddress> client);
}
