package coop.minga.platform.invoices;

/**
 * Somebody on a document.
 *
 * @param name of the person or company
 * @param taxIdKind which number identifies them
 * @param taxId that number; empty without
 * @param address one or more lines; may be empty
 * @param country ISO 3166-1 alpha-2
 * @param email may be empty
 */
public record Party(
        String name,
        TaxIdKind taxIdKind,
        String taxId,
        String address,
        String country,
        String email) {}
