import { html, nothing } from 'lit';
import { get, post, put, query } from '../api';
import { define, PageView, Resource } from '../element';
import { Form, field, selectField, submitButton, valuesOf } from '../forms';
import { amountText, money, parseAmount } from '../format';
import { lang, t, tk } from '../i18n';
import { onLive } from '../live';
import { checkoutCard, leaveLink, type Checkout, type Method, type PayerAction } from '../payment-parts';
import { navigate } from '../router';
import { defaultsOf, type Values } from '../schema';
import { loadBalances } from '../session';
import type { Page } from '../types';
import { amount, badge, emptyState, facts, notice, pageHead, status, when } from '../ui';

interface Range {
  asset: string;
  scale: number;
  min_minor: number;
  max_minor: number;
}

interface Way {
  name: string;
  title: string;
  mode: 'test' | 'live';
  saves: boolean;
  accepts: Range[];
}

interface Payment {
  id: string;
  provider: string;
  mode: 'test' | 'live';
  state: string;
  message: string;
  amount_minor: number;
  asset: string;
  refunded_minor: number;
  method: string;
  action?: PayerAction | null;
  created_at: string;
}

const open = ['created', 'starting', 'requires_action', 'authorized', 'pending', 'unknown'];
const ASK_AGAIN_MS = 1500;

/** Adding money: the choice of a way to pay, and then the payment itself, which has an address of its own. */
class TopUp extends PageView {
  readonly #ways = new Resource(this, (signal) => get<Page<Way>>('/payments/ways', signal));
  readonly #payment = new Resource(
    this,
    async (signal) => {
      const payment = await get<Payment>(`/payments/${encodeURIComponent(this.search('payment'))}`, signal);
      this.#follow(payment);
      return payment;
    },
    { manual: true },
  );
  readonly #checkout = new Resource(
    this,
    async (signal) => {
      const page = await get<Checkout>(
        `/payments/${encodeURIComponent(this.search('payment'))}/checkout`,
        signal,
      );
      this.#values = defaultsOf(page.schema);
      return page;
    },
    { manual: true },
  );
  readonly #methods = new Resource(this, (signal) => get<Page<Method>>('/payments/methods', signal));
  readonly #form = new Form(this);
  #asset = '';
  #way = '';
  #typed = '';
  #values: Values = {};
  #shown = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      lang.subscribe(() => {
        void this.#ways.reload();
        this.#load();
      }),
      onLive((event) => {
        if (event.event === 'payment' && this.#shown) void this.#payment.reload();
      }),
    ];
    this.placed();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#stops.forEach((stop) => stop());
  }

  override placed(): void {
    if (this.search('payment') === this.#shown) return;
    this.#shown = this.search('payment');
    this.#payment.clear();
    this.#checkout.clear();
    if (this.#shown) {
      // Coming back from a provider proves nothing; the host asks the provider.
      post(`/payments/${encodeURIComponent(this.#shown)}/actions/check`).catch(() => undefined);
    }
    this.#load();
  }

  #load(): void {
    if (this.#shown) void this.#payment.reload();
    this.requestUpdate();
  }

  /** Goes on asking while something is to be expected soon; the live stream may be down. */
  #follow(payment: Payment): void {
    clearTimeout(this.#timer);
    if (payment.action?.type === 'form') void this.#checkout.reload();
    else this.#checkout.clear();
    if (open.includes(payment.state) && payment.state !== 'requires_action') {
      this.#timer = setTimeout(() => void this.#payment.reload(), ASK_AGAIN_MS);
    }
    if (payment.state === 'succeeded') void loadBalances();
  }

  override render(): unknown {
    return html`${pageHead({
        title: t('topup.title'),
        lead: t('topup.lead'),
        back: { href: '/wallet', label: t('nav.wallet') },
      })}
      <div class="page-body">
        ${
          this.#shown
            ? this.#payment.show((payment) => this.#state(payment), { rows: 3 })
            : this.#ways.show((ways) => this.#choose(ways.items), { rows: 3 })
        }
      </div>`;
  }

  #choose(ways: Way[]): unknown {
    if (!ways.length) {
      return html`<div class="card">
        ${emptyState({ icon: 'wallet', title: t('topup.none'), text: t('topup.none-text') })}
      </div>`;
    }
    const assets = [...new Set(ways.flatMap((way) => way.accepts.map((range) => range.asset)))];
    const asset = assets.includes(this.#asset) ? this.#asset : (assets[0] ?? '');
    const fitting = ways.filter((way) => way.accepts.some((range) => range.asset === asset));
    const saved = (this.#methods.value?.items ?? []).filter(
      (method) => method.state === 'saved' && fitting.some((each) => each.name === method.provider),
    );
    const method = saved.find((each) => each.id === this.#way);
    const way = fitting.find((each) => each.name === (method?.provider ?? this.#way)) ?? fitting[0];
    const range = way?.accepts.find((each) => each.asset === asset);
    return html`<section class="card card-body" aria-labelledby="topup-how">
      <h2 id="topup-how">${t('topup.how')}</h2>
      ${way?.mode === 'test' ? notice('warn', t('topup.test'), t('topup.test-text')) : nothing}
      <form class="form" novalidate @submit=${(event: Event) => void this.#begin(event, way, range, method)}>
        <div class="cols">
          ${field(this.#form, {
            pointer: '/amount_minor',
            label: t('entries.amount'),
            value: this.#typed,
            required: true,
            inputmode: 'decimal',
            suffix: asset,
            hint: range
              ? t('topup.range', {
                  min: money({ amount_minor: range.min_minor, asset }),
                  max: money({ amount_minor: range.max_minor, asset }),
                })
              : undefined,
            onInput: (value) => (this.#typed = value),
          })}
          ${
            assets.length > 1
              ? selectField(this.#form, {
                  pointer: '/asset',
                  label: t('topup.currency'),
                  value: asset,
                  choices: assets.map((each) => ({ value: each, label: each })),
                  onInput: (value) => {
                    this.#asset = value;
                    this.requestUpdate();
                  },
                })
              : nothing
          }
          ${selectField(this.#form, {
            pointer: '/provider',
            label: t('topup.with'),
            value: method?.id ?? way?.name ?? '',
            choices: [
              ...saved.map((each) => ({ value: each.id, label: each.label })),
              ...fitting.map((each) => ({
                value: each.name,
                label: each.mode === 'test' ? `${each.title} (${t('topup.test-mark')})` : each.title,
              })),
            ],
            onInput: (value) => {
              this.#way = value;
              this.requestUpdate();
            },
          })}
        </div>
        ${this.#form.summary()}
        <div>${submitButton(this.#form, t('topup.go'))}</div>
      </form>
    </section>`;
  }

  async #begin(
    event: Event,
    way: Way | undefined,
    range: Range | undefined,
    method: Method | undefined,
  ): Promise<void> {
    const typed = valuesOf(event)['amount_minor'] ?? '';
    const begun = await this.#form.submit(event, async (intent) => {
      if (!way || !range) return undefined;
      const minor = parseAmount(typed, range.scale);
      if (minor === undefined || minor < range.min_minor || minor > range.max_minor) {
        this.#form.setError(
          '/amount_minor',
          t('topup.range', {
            min: amountText(range.min_minor, range.scale),
            max: amountText(range.max_minor, range.scale),
          }),
        );
        return undefined;
      }
      return post<Payment>(
        '/payments/top-ups',
        {
          provider: way.name,
          asset: range.asset,
          amount_minor: minor,
          ...(method ? { method: method.id } : {}),
        },
        intent,
      );
    });
    if (begun) navigate(query('/wallet/top-up', { payment: begun.id }));
  }

  #state(payment: Payment): unknown {
    const action = payment.action;
    return html`<section class="card card-body" aria-labelledby="payment-title" data-testid="payment">
        <div class="row between">
          <h2 id="payment-title">${amount(payment)}</h2>
          <span>
            ${payment.mode === 'test' ? badge(t('topup.test-mark'), 'warn') : nothing}
            ${status(payment.state, tk('payment', payment.state))}
          </span>
        </div>
        <p role="status">${payment.message}</p>
        ${facts([
          [t('topup.with'), payment.method || payment.provider],
          [t('entries.at'), when(payment.created_at)],
          ...(payment.refunded_minor
            ? [
                [
                  t('topup.refunded'),
                  amount({ amount_minor: payment.refunded_minor, asset: payment.asset }),
                ] as [string, unknown],
              ]
            : []),
        ])}
        ${leaveLink(action, t('topup.go-pay'))}
        ${
          open.includes(payment.state)
            ? nothing
            : html`<div class="row">
                <a class="btn" href="/wallet">${t('topup.back')}</a>
                <a class="btn" href="/wallet/top-up">${t('topup.again')}</a>
              </div>`
        }
      </section>
      ${action?.type === 'form' ? this.#checkout.show((page) => this.#pay(page), { rows: 3 }) : nothing}`;
  }

  #pay(page: Checkout): unknown {
    return checkoutCard({
      title: t('topup.pay'),
      page,
      form: this.#form,
      values: this.#values,
      onChange: (values) => {
        this.#values = values;
        this.requestUpdate();
      },
      onSend: (event) => void this.#send(event),
    });
  }

  readonly #send = async (event: Event): Promise<void> => {
    const answer = await this.#form.submit(event, () =>
      put<Payment>(`/payments/${encodeURIComponent(this.#shown)}/checkout`, { values: this.#values }),
    );
    if (!answer) return;
    this.#checkout.clear();
    await this.#payment.reload();
  };
}

define('page-top-up', TopUp);
