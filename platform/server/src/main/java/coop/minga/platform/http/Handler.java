package coop.minga.platform.http;

/** Answers one request. Problems are thrown as {@link coop.minga.platform.MingaException}. */
@FunctionalInterface
public interface Handler {

    Reply handle(Exchange exchange);
}
