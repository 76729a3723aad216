package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.events.Event;
import coop.minga.plugin.api.events.EventListener;
import coop.minga.plugin.api.events.ListenerFactory;
import coop.minga.plugin.api.messaging.Message;
import coop.minga.plugin.api.messaging.MessagingChannel;
import coop.minga.plugin.api.messaging.MessagingFactory;
import coop.minga.plugin.api.messaging.SendResult;
import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.api.offering.OfferingFactory;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The smaller contracts pass what is good and catch what is not. */
final class OtherContractsTest {

    private static Set<String> failed(Class<?> contract) {
        return ContractRun.of(contract).failed();
    }

    // Offerings

    static class GoodOffering extends OfferingBlueprintContract {

        private static final Field WORDS =
                Field.of("words", FieldType.line(), Text.of("Words", "Palabras")).needed();

        @Override
        protected ProviderFactory<OfferingBlueprint> factory() {
            return new Factory();
        }

        @Override
        protected List<Map<String, Object>> choices() {
            return List.of(Map.of("words", "hello"));
        }

        DeploymentSpec plan(ProviderConfig parameters) {
            return DeploymentSpec.of(
                    Set.of(Need.USERLAND), Workload.ofCommand("echo", parameters.text("words")));
        }

        private final class Factory implements OfferingFactory {

            @Override
            public ProviderDescriptor descriptor() {
                return ProviderDescriptor.of(
                        "echo", Kind.OFFERING, Text.of("Echo"), Text.of("Echoes", "Repite"));
            }

            @Override
            public OfferingBlueprint open(ProviderContext context, ProviderConfig config) {
                return new OfferingBlueprint() {
                    @Override
                    public ConfigSchema parameters() {
                        return ConfigSchema.of(WORDS);
                    }

                    @Override
                    public DeploymentSpec plan(
                            ProviderConfig product,
                            ProviderConfig parameters,
                            DeploymentFacts facts) {
                        return GoodOffering.this.plan(parameters);
                    }
                };
            }
        }
    }

    static final class RandomOffering extends GoodOffering {
        private final AtomicInteger calls = new AtomicInteger();

        @Override
        DeploymentSpec plan(ProviderConfig parameters) {
            return super.plan(parameters)
                    .withEnvironment(Map.of("N", Integer.toString(calls.incrementAndGet())));
        }
    }

    static final class PartialOffering extends GoodOffering {
        @Override
        DeploymentSpec plan(ProviderConfig parameters) {
            if (parameters.text("words").contains("\"")) {
                throw new IllegalStateException("cannot quote");
            }
            return super.plan(parameters);
        }
    }

    static final class UnusableOffering extends GoodOffering {
        @Override
        DeploymentSpec plan(ProviderConfig parameters) {
            return DeploymentSpec.of(Set.of(Need.OCI_IMAGE), Workload.ofCommand("true"));
        }
    }

    @Test
    void offeringContractTellsGoodFromBad() {
        assertThat(failed(GoodOffering.class)).isEmpty();
        assertThat(failed(RandomOffering.class)).contains("samePlanForSameInputs");
        assertThat(failed(PartialOffering.class)).contains("everyAdmittedInputHasAPlanOrAReason");
        assertThat(failed(UnusableOffering.class)).contains("everyExampleHasAUsablePlan");
    }

    // Messaging

    static class GoodChannel extends MessagingChannelContract {

        final List<Message> outbox = new ArrayList<>();

        @Override
        protected ProviderFactory<MessagingChannel> factory() {
            return new Factory();
        }

        @Override
        protected int delivered() {
            return outbox.size();
        }

        SendResult send(ProviderContext context, Call call, Message message) {
            String known = "sent/" + call.key();
            synchronized (outbox) {
                Optional<String> before = context.state().get(known);
                if (before.isPresent() && !before.get().equals("\"" + message.subject() + "\"")) {
                    throw new ProviderException(
                            ProviderException.Code.IDEMPOTENCY_MISMATCH, "other message");
                }
                if (before.isEmpty()) {
                    outbox.add(message);
                    context.state().put(known, "\"" + message.subject() + "\"");
                }
            }
            return SendResult.sent(call.key().value());
        }

        private final class Factory implements MessagingFactory {

            @Override
            public ProviderDescriptor descriptor() {
                return ProviderDescriptor.of(
                                "box",
                                Kind.MESSAGING,
                                Text.of("Box"),
                                Text.of("Keeps mail", "Guarda correo"))
                        .withCapabilities("mail");
            }

            @Override
            public MessagingChannel open(ProviderContext context, ProviderConfig config) {
                return new MessagingChannel() {
                    @Override
                    public SendResult send(Call call, Message message) {
                        return GoodChannel.this.send(context, call, message);
                    }

                    @Override
                    public Optional<SendResult> find(Call call, IdempotencyKey key) {
                        return context.state()
                                .get("sent/" + key)
                                .map(_ -> SendResult.sent(key.value()));
                    }

                    @Override
                    public ProbeResult probe(Call call) {
                        return ProbeResult.of(List.of());
                    }

                    @Override
                    public void close() {}
                };
            }
        }
    }

    static final class TwiceSendingChannel extends GoodChannel {
        @Override
        SendResult send(ProviderContext context, Call call, Message message) {
            synchronized (outbox) {
                outbox.add(message);
            }
            return SendResult.sent(call.key().value());
        }
    }

    static final class ChattyChannel extends GoodChannel {
        @Override
        SendResult send(ProviderContext context, Call call, Message message) {
            context.logger().info("sending {}", message.text());
            return super.send(context, call, message);
        }
    }

    @Test
    void messagingContractTellsGoodFromBad() {
        assertThat(failed(GoodChannel.class)).isEmpty();
        assertThat(failed(TwiceSendingChannel.class))
                .contains(
                        "sameKeySendsOnce",
                        "sameKeyFromEightThreadsSendsOnce",
                        "otherMessageUnderAUsedKeyIsRefused",
                        "sentMessageIsFoundByItsKey");
        assertThat(failed(ChattyChannel.class)).containsExactly("bodiesAreNeverLogged");
    }

    // Listeners

    static class GoodListener extends EventListenerContract {

        private final Set<String> seen = new HashSet<>();

        @Override
        protected ProviderFactory<EventListener> factory() {
            return new Factory();
        }

        @Override
        protected int effects() {
            synchronized (seen) {
                return seen.size();
            }
        }

        void take(Event event) {
            synchronized (seen) {
                seen.add(event.id());
            }
        }

        private final class Factory implements ListenerFactory {

            @Override
            public ProviderDescriptor descriptor() {
                return ProviderDescriptor.of(
                        "ear", Kind.LISTENER, Text.of("Ear"), Text.of("Listens", "Escucha"));
            }

            @Override
            public EventListener open(ProviderContext context, ProviderConfig config) {
                return new EventListener() {
                    @Override
                    public Set<String> types() {
                        return Set.of("order.fulfilled");
                    }

                    @Override
                    public void on(Call call, Event event) {
                        take(event);
                    }

                    @Override
                    public ProbeResult probe(Call call) {
                        return ProbeResult.of(List.of());
                    }

                    @Override
                    public void close() {}
                };
            }
        }
    }

    static final class CountingListener extends GoodListener {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        protected int effects() {
            return count.get();
        }

        @Override
        void take(Event event) {
            count.incrementAndGet();
        }
    }

    @Test
    void listenerContractTellsGoodFromBad() {
        assertThat(failed(GoodListener.class)).isEmpty();
        assertThat(failed(CountingListener.class)).containsExactly("sameEventTwiceHasOneEffect");
    }
}
