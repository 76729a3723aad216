package coop.minga.platform.catalog;

import coop.minga.platform.PlanId;
import coop.minga.platform.ProductId;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Size;

/**
 * A size of a product.
 *
 * @param id its id
 * @param product what it is a plan of
 * @param code {@code [a-z0-9-]{1,40}}, unique over all products
 * @param name for customers
 * @param size what an instance of it gets
 * @param refundRule for slots that end early
 * @param active whether it is offered
 * @param sort lower stands first
 * @param version counts the edits
 */
public record Plan(
        PlanId id,
        ProductId product,
        String code,
        Text name,
        Size size,
        RefundRule refundRule,
        boolean active,
        int sort,
        int version) {}
