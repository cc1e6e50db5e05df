package dev.plinth.engine.internal.wire;

/** The decoders of all groups of operations: each makes commands of requests. */
record Decoders(
        ResourceDecoders resources,
        JobDecoders jobs,
        WebhookDecoders webhooks,
        AccessDecoders access,
        RequestDecoders requests,
        SystemDecoders system) {}
