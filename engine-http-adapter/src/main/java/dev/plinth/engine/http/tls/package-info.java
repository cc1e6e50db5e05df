/**
 * Certificates and private keys for TLS.
 *
 * <p>This room reads PEM files with the classes of the JDK. It knows no socket and no setting.
 */
@NullMarked
package dev.plinth.engine.http.tls;

import org.jspecify.annotations.NullMarked;
