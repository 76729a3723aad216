package coop.minga.platform.identity;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.http.SessionCookie;

import org.jspecify.annotations.Nullable;

/** Set-up, sign-up, sign-in, one's own account. */
final class IdentityRoutes implements Routes {

    private final IdentityService service;
    private final SessionCookie cookie;

    record SetupStatus(boolean required) {}

    record SignedInView(AccountView account) {}

    record PasswordForm(
            @Nullable String current,
            @com.fasterxml.jackson.annotation.JsonProperty("new") @Nullable String chosen) {}

    IdentityRoutes(IdentityService service, SessionCookie cookie) {
        this.service = service;
        this.cookie = cookie;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/setup", Access.everyone())
                .summary("Whether the installation still has to be set up")
                .answers(200, SetupStatus.class)
                .handle(exchange -> Reply.ok(new SetupStatus(service.isSetupRequired())));
        table.post("/api/v1/setup", Access.everyone())
                .summary("Set the installation up; works once")
                .body(IdentityService.SetupForm.class)
                .answers(201, SignedInView.class)
                .handle(this::setup);
        table.post("/api/v1/auth/signup", Access.everyone())
                .summary("Make an account and sign in")
                .body(IdentityService.SignUpForm.class)
                .answers(201, SignedInView.class)
                .handle(exchange -> {
                    var form = exchange.body(IdentityService.SignUpForm.class);
                    return signedIn(201, service.signUp(form, Caller.of(exchange)));
                });
        table.post("/api/v1/auth/login", Access.everyone())
                .summary("Sign in")
                .body(IdentityService.LoginForm.class)
                .answers(200, SignedInView.class)
                .handle(exchange -> {
                    var form = exchange.body(IdentityService.LoginForm.class);
                    return signedIn(
                            200,
                            service.login(form, exchange.sessionCookie(), Caller.of(exchange)));
                });
        table.post("/api/v1/auth/logout", Access.everyone())
                .summary("Sign out")
                .answers(204, Void.class)
                .handle(exchange -> {
                    exchange.sessionCookie()
                            .ifPresent(secret -> service.logout(secret, Caller.of(exchange)));
                    return Reply.noContent().with("Set-Cookie", cookie.end());
                });
        table.get("/api/v1/me", Access.signedIn(Identity.SCOPE))
                .summary("Who is signed in")
                .answers(200, AccountView.class)
                .handle(exchange -> Reply.ok(service.me(exchange.principal())));
        table.patch("/api/v1/me", Access.signedIn(Identity.SCOPE))
                .summary("Change one's name or language")
                .body(IdentityService.ProfileForm.class)
                .answers(200, AccountView.class)
                .handle(exchange ->
                        Reply.ok(
                                service.changeProfile(
                                        exchange.principal(),
                                        exchange.body(IdentityService.ProfileForm.class),
                                        Caller.of(exchange))));
        table.post("/api/v1/me/password", Access.signedIn(Identity.SCOPE))
                .summary("Change one's password; other sessions end")
                .body(PasswordForm.class)
                .answers(204, Void.class)
                .limit(RateLimit.CREDENTIALS)
                .handle(exchange -> {
                    PasswordForm form = exchange.body(PasswordForm.class);
                    service.changePassword(
                            exchange.principal(),
                            form.current(),
                            form.chosen(),
                            Caller.of(exchange));
                    return Reply.noContent();
                });
    }

    private Reply setup(Exchange exchange) {
        if (!service.isSetupRequired()) {
            throw coop.minga.platform.Ids.noSuchThing();
        }
        var form = exchange.body(IdentityService.SetupForm.class);
        return signedIn(201, service.completeSetup(form, Caller.of(exchange)));
    }

    private Reply signedIn(int status, IdentityService.SignedIn signedIn) {
        return Reply.json(status, new SignedInView(signedIn.account()))
                .with("Set-Cookie", cookie.begin(signedIn.secret(), service.sessionLife()));
    }
}
