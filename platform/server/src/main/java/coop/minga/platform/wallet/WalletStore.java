package coop.minga.platform.wallet;

import coop.minga.platform.TeamId;
import coop.minga.plugin.api.Asset;

import org.jdbi.v3.core.Handle;

import java.util.List;

/** The wallet's own SQL: which assets a team has a balance in. */
final class WalletStore {

    List<Asset> moneyAssets(Handle handle, TeamId team) {
        return handle.createQuery(
                        """
                        SELECT s.code, s.scale
                          FROM ledger_accounts a JOIN ledger_assets s ON s.code = a.asset
                         WHERE a.address >= :from AND a.address < :upto
                         ORDER BY s.code
                        """)
                .bind("from", "team/" + team + "/balance/")
                .bind("upto", "team/" + team + "/balance0")
                .map((row, context) -> new Asset(row.getString("code"), row.getInt("scale")))
                .list();
    }
}
