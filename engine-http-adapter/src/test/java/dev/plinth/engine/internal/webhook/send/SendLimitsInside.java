package dev.plinth.engine.internal.webhook.send;

/** Shows the limits of one webhook attempt to a test of the page that names them. */
public final class SendLimitsInside {
    public static final int CONNECT_SECONDS = SendLimits.STANDARD.connectMillis() / 1000;
    public static final int TOTAL_SECONDS = SendLimits.STANDARD.totalMillis() / 1000;
    public static final int RESPONSE_KEPT_BYTES = SendLimits.RESPONSE_KEPT_BYTES;

    private SendLimitsInside() {}
}
