package coop.minga.platform.identity;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** One's own authenticator. */
final class SecondFactorRoutes implements Routes {

    private final SecondFactorService service;

    record CodeForm(@Nullable String code) {}

    record RecoveryCodes(List<String> recoveryCodes) {}

    SecondFactorRoutes(SecondFactorService service) {
        this.service = service;
    }

    @Override
    public void register(RouteTable table) {
        table.post("/api/v1/me/totp", Access.signedIn(Identity.SCOPE))
                .summary("Begin to set up an authenticator")
                .answers(200, SecondFactorService.Enrolment.class)
                .limit(RateLimit.CREDENTIALS)
                .handle(exchange ->
                        Reply.ok(service.enrol(exchange.principal(), Caller.of(exchange))));
        table.post("/api/v1/me/totp/confirm", Access.signedIn(Identity.SCOPE))
                .summary("Switch the second factor on; recovery codes are told once")
                .body(CodeForm.class)
                .answers(200, RecoveryCodes.class)
                .limit(RateLimit.CREDENTIALS)
                .handle(exchange ->
                        Reply.ok(
                                new RecoveryCodes(
                                        service.confirm(
                                                exchange.principal(),
                                                code(exchange),
                                                Caller.of(exchange)))));
        table.post("/api/v1/me/totp/recovery-codes", Access.signedIn(Identity.SCOPE))
                .summary("Make new recovery codes; the old ones are void")
                .body(CodeForm.class)
                .answers(200, RecoveryCodes.class)
                .limit(RateLimit.CREDENTIALS)
                .handle(exchange ->
                        Reply.ok(
                                new RecoveryCodes(
                                        service.renewCodes(
                                                exchange.principal(),
                                                code(exchange),
                                                Caller.of(exchange)))));
        table.delete("/api/v1/me/totp", Access.signedIn(Identity.SCOPE))
                .summary("Switch the second factor off")
                .body(CodeForm.class)
                .answers(204, Void.class)
                .limit(RateLimit.CREDENTIALS)
                .handle(exchange -> {
                    service.disable(exchange.principal(), code(exchange), Caller.of(exchange));
                    return Reply.noContent();
                });
    }

    private static String code(Exchange exchange) {
        Checks checks = new Checks();
        String code = checks.code("/code", exchange.body(CodeForm.class).code());
        checks.done();
        return code;
    }
}
