package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.SetKey;
import dev.plinth.engine.internal.base.SetKinds;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Selects the resources of a list. The narrowest filter picks the set that is paged, and the times limit the part of it
 * (see {@link ListedResources}). The other filters are checked on each row. In a list of shared resources, the lower
 * time ends the list, and everything else is checked on each row (see {@link SharedResources}).
 *
 * @param status a status, {@code all}, or null for all that are not archived
 * @param type a type, or null
 * @param metadataKey a metadata key, or null
 * @param metadataValue the value that the key must have
 * @param createdAfter only younger ones, in epoch milliseconds
 * @param createdBefore only older ones, in epoch milliseconds
 * @param shared true for the resources that others share with the workspace
 */
public record ResourceFilter(
        @Nullable String status,
        @Nullable String type,
        @Nullable String metadataKey,
        String metadataValue,
        long createdAfter,
        long createdBefore,
        boolean shared) {
    SetKey set(Id workspace) {
        if (metadataKey != null) {
            return ResourceTables.byMetadata(workspace, metadataKey, metadataValue);
        }
        if (type != null) {
            return SetKey.of(SetKinds.RESOURCES_BY_TYPE, workspace, type);
        }
        if (status == null) {
            return SetKey.of(SetKinds.RESOURCES_CURRENT, workspace);
        }
        return status.equals("all")
                ? SetKey.of(SetKinds.RESOURCES_ALL, workspace)
                : SetKey.of(SetKinds.RESOURCES_BY_STATUS, workspace, status);
    }

    boolean accepts(ResourceRow row) {
        boolean statusFits = status == null
                ? row.status() != ResourceStatus.ARCHIVED
                : status.equals("all") || status.equals(row.status().wireName());
        return statusFits
                && (type == null || type.equals(row.type()))
                && row.createdAt() > createdAfter
                && row.createdAt() < createdBefore
                && metadataFits(row);
    }

    private boolean metadataFits(ResourceRow row) {
        if (metadataKey == null) {
            return true;
        }
        JsonValue.Obj pairs = (JsonValue.Obj) JsonReader.trusted(row.metadata());
        return pairs.get(metadataKey) instanceof JsonValue.Text text
                && text.value().equals(metadataValue);
    }
}
