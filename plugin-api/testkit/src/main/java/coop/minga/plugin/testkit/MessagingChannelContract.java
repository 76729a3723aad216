package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.messaging.Message;
import coop.minga.plugin.api.messaging.MessagingChannel;
import coop.minga.plugin.api.messaging.SendResult;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;

/**
 * What a messaging channel keeps to. Supply a factory, its configuration, and a way to see how many
 * messages the other end has.
 */
public abstract class MessagingChannelContract extends ProviderFactoryContract<MessagingChannel> {

    private static final String BODY = "Your code is c0ntract-b0dy";

    /** How many messages the other end has received since the test began. */
    protected abstract int delivered();

    /** An address the other end takes. */
    protected String address() {
        return factory().descriptor().capabilities().contains("mail")
                ? "ana@example.org"
                : "+593991234567";
    }

    private Message message(String subject) {
        String medium = factory().descriptor().capabilities().contains("mail") ? "mail" : "sms";
        return new Message(
                medium,
                address(),
                medium.equals("mail") ? subject : "",
                BODY + " " + subject,
                medium.equals("mail") ? "<p>" + BODY + "</p>" : "");
    }

    @Test
    public void mediaAreNamed() {
        assertThat(factory().descriptor().capabilities()).containsAnyOf("mail", "sms");
    }

    @Test
    public void sameKeySendsOnce() {
        MessagingChannel channel = open();
        IdempotencyKey key = Calls.key();
        SendResult first = channel.send(Calls.with(key), message("one"));
        assertThat(first).isNotInstanceOf(SendResult.Declined.class);
        assertThat(channel.send(Calls.with(key), message("one"))).isEqualTo(first);
        assertThat(delivered()).isEqualTo(1);
    }

    @Test
    public void sameKeyFromEightThreadsSendsOnce() {
        MessagingChannel channel = open();
        IdempotencyKey key = Calls.key();
        List<SendResult> results =
                fromEightThreads(() -> channel.send(Calls.with(key), message("one")));
        assertThat(new HashSet<>(results)).hasSize(1);
        assertThat(delivered()).isEqualTo(1);
    }

    @Test
    public void otherKeysSendAgain() {
        MessagingChannel channel = open();
        channel.send(Calls.fresh(), message("one"));
        channel.send(Calls.fresh(), message("one"));
        assertThat(delivered()).isEqualTo(2);
    }

    @Test
    public void otherMessageUnderAUsedKeyIsRefused() {
        MessagingChannel channel = open();
        IdempotencyKey key = Calls.key();
        channel.send(Calls.with(key), message("one"));
        assertThatThrownBy(() -> channel.send(Calls.with(key), message("two")))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e ->
                                assertThat(e.code())
                                        .isEqualTo(ProviderException.Code.IDEMPOTENCY_MISMATCH));
        assertThat(delivered()).isEqualTo(1);
    }

    @Test
    public void sentMessageIsFoundByItsKey() {
        MessagingChannel channel = open();
        IdempotencyKey key = Calls.key();
        channel.send(Calls.with(key), message("one"));
        assertThat(channel.find(Calls.fresh(), key)).isPresent();
        assertThat(channel.find(Calls.fresh(), Calls.key())).isEmpty();
    }

    @Test
    public void sentMessageIsFoundAfterARestart() {
        MessagingChannel channel = open();
        IdempotencyKey key = Calls.key();
        channel.send(Calls.with(key), message("one"));
        channel.close();
        MessagingChannel again = open();
        assertThat(again.find(Calls.fresh(), key)).isPresent();
        again.send(Calls.with(key), message("one"));
        assertThat(delivered()).isEqualTo(1);
    }

    @Test
    public void bodiesAreNeverLogged() {
        MessagingChannel channel = open();
        SendResult result = channel.send(Calls.fresh(), message("one"));
        assertThat(result.toString()).doesNotContain("c0ntract-b0dy");
        assertThat(channel.toString()).doesNotContain("c0ntract-b0dy");
        assertThat(context().logged()).noneMatch(line -> line.contains("c0ntract-b0dy"));
    }
}
