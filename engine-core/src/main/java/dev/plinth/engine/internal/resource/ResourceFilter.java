package dev.plinth.engine.internal.resource;

import dev.plinth.engine.api.ResourceStatus;
import dev.plinth.engine.internal.base.Id;
import dev.plinth.engine.internal.base.rows.SetKey;
import dev.plinth.engine.internal.base.rows.SetKinds;
import dev.plinth.engine.internal.json.JsonReader;
import dev.plinth.engine.internal.json.JsonValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects the resources of a list. The narrowest filter picks the set that is paged, and the times limit the part of it
 * (see {@link ListedResources}). The other filters are checked on each row. In a list of shared resources, the lower
 * time ends the list, and everything else is checked on each row (see {@link SharedResources}).
 *
 * @param statuses the statuses, each once
 * @param type a type, or null
 * @param metadataKey a metadata key, or null
 * @param metadataValue the value that the key must have
 * @param createdAfter only younger ones, in epoch milliseconds
 * @param createdBefore only older ones, in epoch milliseconds
 * @param shared true for the resources that others share with the workspace
 */
public record ResourceFilter(
        List<ResourceStatus> statuses,
        @Nullable String type,
        @Nullable String metadataKey,
        String metadataValue,
        long createdAfter,
        long createdBefore,
        boolean shared) {
    /** Returns the sets that have all resources which this accepts. */
    List<SetKey> sets(Id workspace) {
        if (metadataKey != null) {
            return List.of(ResourceTables.byMetadata(workspace, metadataKey, metadataValue));
        }
        if (type != null) {
            return List.of(SetKey.of(SetKinds.RESOURCES_BY_TYPE, workspace, type));
        }
        return ResourceTables.inStatus(workspace, statuses);
    }

    boolean accepts(ResourceRow row) {
        return statuses.contains(row.status())
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
