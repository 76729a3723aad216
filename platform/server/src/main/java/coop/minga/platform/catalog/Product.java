package coop.minga.platform.catalog;

import coop.minga.platform.ProductId;
import coop.minga.plugin.api.Text;

import java.util.Map;

/**
 * Something on the shelf.
 *
 * @param id its id
 * @param slug {@code [a-z0-9-]{1,40}}, unique
 * @param kind what it is to customers, for example {@code sandbox}, {@code container}
 * @param blueprint the name of the blueprint provider that makes it
 * @param config what the operator set for the blueprint, once for the product
 * @param name for customers
 * @param description for customers
 * @param active whether it is offered
 * @param sort lower stands first
 * @param version counts the edits
 */
public record Product(
        ProductId id,
        String slug,
        String kind,
        String blueprint,
        Map<String, Object> config,
        Text name,
        Text description,
        boolean active,
        int sort,
        int version) {}
