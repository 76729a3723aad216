package coop.minga.plugins.fiscal.sri;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalIssuer;
import coop.minga.plugin.api.fiscal.FiscalResult;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.FiscalIssuerContract;

import org.junit.jupiter.api.Test;

import java.util.Map;

final class SriIssuerTest extends FiscalIssuerContract {

    @Override
    protected ProviderFactory<FiscalIssuer> factory() {
        return new SriFactory();
    }

    @Override
    protected Map<String, Object> config() {
        return Map.of("environment", "test");
    }

    @Test
    void theReferenceIsAnAccessKeyOfTheDocument() {
        String key = open().issue(Calls.fresh(), invoice(7)).reference();
        assertThat(AccessKey.isValid(key)).as(key).isTrue();
        assertThat(key).startsWith("2111202601" + "1790011674001" + "1" + "001001" + "000000007");
    }

    @Test
    void aSellerWithoutRucIsToldSo() {
        FiscalDocument known = invoice(7);
        FiscalDocument foreign =
                new FiscalDocument(
                        known.kind(),
                        known.series(),
                        known.number(),
                        known.reference(),
                        known.issued(),
                        new FiscalDocument.Party("Elsewhere", "foreign", "X1", "", "PE", ""),
                        known.buyer(),
                        known.lines(),
                        known.taxes(),
                        known.net(),
                        known.tax(),
                        known.total(),
                        null);
        assertThat(open().issue(Calls.fresh(), foreign))
                .isInstanceOfSatisfying(
                        FiscalResult.Rejected.class,
                        rejected -> assertThat(rejected.reason()).contains("RUC"));
    }
}
