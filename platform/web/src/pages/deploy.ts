import { html, nothing } from 'lit';
import { get, post } from '../api';
import { Watch } from '../cell';
import { additions, offeringIcon, wantAdditions } from '../contributions';
import { define, PageView, Resource } from '../element';
import { Form, field, submitButton } from '../forms';
import { isCoin, type Money } from '../format';
import { lang, remember, remembered, t } from '../i18n';
import { isAvailable, specText } from '../plan-card';
import { Problem } from '../problem';
import { navigate } from '../router';
import { schemaForm } from '../schema-form';
import { defaultsOf, type Values } from '../schema';
import { balances, loadBalances, totalOf } from '../session';
import { startTask } from '../tasks';
import type { Order, Page, Plan, Price, Product, Quote, Schema } from '../types';
import {
  amount,
  amountLabel,
  componentName,
  badge,
  copy,
  emptyState,
  icon,
  notice,
  pageHead,
  isChoice,
  per,
  problemBox,
  reasonText,
} from '../ui';
import type { Intent } from '../intent';

interface SshKey {
  id: string;
  name: string;
  fingerprint: string;
}

const names = [
  'llama',
  'condor',
  'quinde',
  'puma',
  'ceibo',
  'chaski',
  'maiz',
  'paramo',
  'sierra',
  'rio',
  'luna',
  'nube',
];

/** A name somebody can keep or change: a word and a number, valid as a host name. */
export function suggestName(random: () => number = Math.random): string {
  return `${names[Math.floor(random() * names.length)] ?? 'minga'}-${Math.floor(random() * 900) + 100}`;
}

export function payWith(asset: string): 'coins' | 'balance' {
  return isCoin(asset) ? 'coins' : 'balance';
}

const QUOTE_DELAY_MS = 150;
const DRAFT = 'minga.deploy';

/** How a price is paid, in a sentence. */
function priceText(span: string): string {
  if (span === 'hour') return t('deploy.hourly-text');
  return span === 'month' || span === 'year' ? t('deploy.month-text') : t('deploy.slot-text');
}

class Deploy extends PageView {
  readonly #products = new Resource(this, async (signal) => {
    const page = await get<Page<Product>>('/products', signal);
    this.#choose(page.items);
    return page;
  });
  readonly #keys = new Resource(this, (signal) => get<Page<SshKey>>('/ssh-keys', signal));
  readonly #form = new Form(this);
  #product: Product | undefined;
  #plan: Plan | undefined;
  #price: Price | undefined;
  #name = suggestName();
  #config: Values = {};
  #quote: Quote | undefined;
  #quoteProblem: Problem | undefined;
  #quoteTimer: ReturnType<typeof setTimeout> | undefined;
  #quoteTurn = 0;
  #stop: () => void = () => undefined;

  constructor() {
    super();
    new Watch(this, balances as never, additions as never);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#restore();
    this.#stop = lang.subscribe(() => void this.#products.reload());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#quoteTimer);
    this.#stop();
  }

  /** The draft is in the address and, for what is too long for it, in this browser. */
  #restore(): void {
    try {
      const draft = JSON.parse(remembered(DRAFT) ?? '{}') as { name?: string };
      if (draft.name) this.#name = draft.name;
    } catch {
      remember(DRAFT, undefined);
    }
  }

  #choose(products: readonly Product[]): void {
    const wanted = this.search('product');
    const code = this.search('plan');
    const product =
      products.find((each) => each.slug === wanted) ??
      products.find((each) => each.plans.some((plan) => plan.code === code && code !== '')) ??
      products.find((each) => each.plans.some(isAvailable)) ??
      products[0];
    this.#setProduct(
      product,
      product?.plans.find((plan) => plan.code === code),
    );
  }

  #setProduct(product: Product | undefined, plan?: Plan): void {
    const changed = product?.id !== this.#product?.id;
    this.#product = product;
    if (changed) this.#config = product?.checkout_schema ? defaultsOf(product.checkout_schema) : {};
    this.#setPlan(plan ?? product?.plans.find(isAvailable) ?? product?.plans[0]);
  }

  #setPlan(plan: Plan | undefined): void {
    this.#plan = plan;
    const wanted = this.#price?.component ?? this.search('price');
    this.#price =
      plan?.prices.find((price) => price.component === wanted && isChoice(price.component)) ??
      plan?.prices[0];
    this.#changed();
  }

  #changed(): void {
    this.requestUpdate();
    if (this.#product && this.#plan) {
      const url = new URL(location.href);
      url.searchParams.set('product', this.#product.slug);
      url.searchParams.set('plan', this.#plan.code);
      if (this.#price) url.searchParams.set('price', this.#price.component);
      history.replaceState({}, '', url);
    }
    clearTimeout(this.#quoteTimer);
    this.#quoteTimer = setTimeout(() => void this.#askPrice(), QUOTE_DELAY_MS);
  }

  async #askPrice(): Promise<void> {
    const turn = ++this.#quoteTurn;
    if (!this.#plan || !this.#price) return;
    try {
      const quote = await post<Quote>('/quotes', { plan_id: this.#plan.id, price: this.#price.component });
      if (turn !== this.#quoteTurn) return;
      this.#quote = quote;
      this.#quoteProblem = undefined;
    } catch (cause) {
      if (turn !== this.#quoteTurn) return;
      this.#quote = undefined;
      this.#quoteProblem = Problem.from(cause);
    }
    this.requestUpdate();
  }

  override render(): unknown {
    wantAdditions();
    return html`${pageHead({ title: t('deploy.title'), lead: t('deploy.lead') })}
      <div class="page-body">
        ${this.#products.show(
          (page) =>
            page.items.length
              ? this.#page(page.items)
              : html`<div class="card">
                  ${emptyState({ icon: 'package', title: t('catalog.empty'), text: t('catalog.empty-text') })}
                </div>`,
          { rows: 8 },
        )}
      </div>`;
  }

  #page(products: Product[]): unknown {
    return html`<form class="deploy" novalidate @submit=${this.#order}>
      <div class="stack">${this.#what(products)} ${this.#size()} ${this.#where()} ${this.#details()}</div>
      ${this.#cost()}
    </form>`;
  }

  #card(number: number, title: string, body: unknown): unknown {
    return html`<section class="card" aria-labelledby="step-${number}">
      <div class="card-head">
        <h2 id="step-${number}"><span class="step-number" aria-hidden="true">${number}</span>${title}</h2>
      </div>
      <div class="card-body">${body}</div>
    </section>`;
  }

  #what(products: Product[]): unknown {
    return this.#card(
      1,
      t('deploy.what'),
      html`<div class="choices" role="radiogroup" aria-labelledby="step-1">
        ${products.map(
          (product) =>
            html`<label class="choice">
              <input
                type="radio"
                name="product"
                value=${product.slug}
                .checked=${product.id === this.#product?.id}
                @change=${() => this.#setProduct(product)}
              />
              <span
                ><span class="choice-title">${offeringIcon(product.offering ?? '', 18)} ${product.name}</span
                ><span class="muted">${product.description}</span></span
              >
            </label>`,
        )}
      </div>`,
    );
  }

  #size(): unknown {
    const plan = this.#plan;
    const choices = (plan?.prices ?? []).filter((price) => isChoice(price.component));
    return this.#card(
      2,
      t('deploy.size'),
      html`<div class="choices" role="radiogroup" aria-labelledby="step-2">
          ${(this.#product?.plans ?? []).map((each) => {
            const price =
              each.prices.find((one) => one.component === this.#price?.component) ?? each.prices[0];
            const free = isAvailable(each);
            return html`<label class="choice">
              <input
                type="radio"
                name="plan"
                value=${each.code}
                .checked=${each.id === plan?.id}
                ?disabled=${!free}
                @change=${() => this.#setPlan(each)}
              />
              <span>
                <span class="choice-title"
                  >${each.name} ${free ? nothing : badge(t('plan.sold-out'), 'warn')}</span
                >
                <span class="muted">${specText(each.resources)}</span>
                ${price ? html`<span>${amount(price)} <span class="unit">/ ${per(price.per)}</span></span>` : nothing}
                ${free ? nothing : html`<span class="muted">${reasonText(each.reason) || t('plan.sold-out-text')}</span>`}
              </span>
            </label>`;
          })}
        </div>
        ${
          plan && choices.length > 1
            ? html`<fieldset>
                <legend>${t('deploy.billing')}</legend>
                <div class="choices" role="radiogroup" aria-label=${t('deploy.billing')}>
                  ${choices.map(
                    (price) =>
                      html`<label class="choice">
                        <input
                          type="radio"
                          name="price"
                          value=${price.component}
                          .checked=${price.component === this.#price?.component}
                          @change=${() => {
                            this.#price = price;
                            this.#changed();
                          }}
                        />
                        <span>
                          <span class="choice-title">${componentName(price.component)}</span>
                          <span>${amount(price)} <span class="unit">/ ${per(price.per)}</span></span>
                          <span class="muted">${priceText(price.per)}</span>
                        </span>
                      </label>`,
                  )}
                </div>
              </fieldset>`
            : nothing
        }`,
    );
  }

  #where(): unknown {
    return this.#card(
      3,
      t('deploy.where'),
      html`<div class="choices" role="radiogroup" aria-labelledby="step-3">
        <label class="choice">
          <input type="radio" name="placement" value="best" checked />
          <span
            ><span class="choice-title">${t('deploy.best')}</span
            ><span class="muted">${t('deploy.best-text')}</span></span
          >
        </label>
      </div>`,
    );
  }

  #details(): unknown {
    const keys = this.#keys.value?.items ?? [];
    const schema: Schema | undefined = this.#product?.checkout_schema;
    return this.#card(
      4,
      t('deploy.safety'),
      html`<div class="form">
        ${field(this.#form, {
          pointer: '/name',
          label: t('deploy.name'),
          hint: t('deploy.name-hint'),
          value: this.#name,
          required: true,
          maxlength: 40,
          onInput: (value) => {
            this.#name = value;
            remember(DRAFT, JSON.stringify({ name: value }));
            this.requestUpdate();
          },
        })}
        ${
          schema && Object.keys(schema.properties ?? {}).length
            ? schemaForm({
                form: this.#form,
                schema,
                values: this.#config,
                prefix: '/config',
                onChange: (values) => {
                  this.#config = values;
                  this.requestUpdate();
                },
              })
            : nothing
        }
        <p class="small muted">
          ${icon('key-round', 14)}
          ${
            this.#keys.problem
              ? t('deploy.keys-unknown')
              : keys.length
                ? t('deploy.keys', { count: keys.length, names: keys.map((key) => key.name).join(', ') })
                : t('deploy.no-keys')
          }
          <a href="/account?tab=ssh-keys">${t('deploy.manage-keys')}</a>
        </p>
        <p class="small muted">${icon('info', 14)} ${t('deploy.no-backup')}</p>
      </div>`,
    );
  }

  #total(): Money | undefined {
    return this.#quote?.total ?? this.#price;
  }

  #cost(): unknown {
    const total = this.#total();
    const price = this.#price;
    const plan = this.#plan;
    const own = total ? totalOf(balances.value ?? [], total.asset).available : 0;
    const short = total && balances.value ? total.amount_minor - own : 0;
    return html`<aside class="card cost" aria-labelledby="cost-title">
      <div class="card-body">
        <h2 id="cost-title">${this.#name || t('deploy.summary')}</h2>
        ${plan ? html`<p class="small muted">${this.#product?.name} ${plan.name} · ${specText(plan.resources)}</p>` : nothing}
        ${this.#quoteProblem && !this.#quote ? problemBox(this.#quoteProblem, () => void this.#askPrice()) : nothing}
        <dl class="cost-lines">
          ${(this.#quote?.lines ?? []).map(
            (line) =>
              html`<div>
                <dt>${line.description ?? componentName(line.component)}</dt>
                <dd>${amount(line.amount)}</dd>
              </div>`,
          )}
          ${
            total
              ? html`<div class="cost-total">
                    <dt>${price?.per === 'hour' ? t('deploy.per-hour') : t('deploy.total')}</dt>
                    <dd data-testid="total">
                      ${amount(total)}${price ? html` <span class="unit">/ ${per(price.per)}</span>` : nothing}
                    </dd>
                  </div>
                  <div>
                    <dt>${isCoin(total.asset) ? t('wallet.coins') : t('wallet.money')}</dt>
                    <dd>${balances.value ? amount({ amount_minor: own, asset: total.asset }) : '–'}</dd>
                  </div>`
              : nothing
          }
        </dl>
        ${
          short > 0 && total
            ? notice(
                'warn',
                t('deploy.short'),
                html`${t('deploy.short-text')} ${amount({ amount_minor: short, asset: total.asset })}`,
                html`<a class="btn sm" href="/wallet">${t('deploy.to-wallet')}</a>`,
              )
            : nothing
        }
        ${this.#form.summary()}
        ${submitButton(
          this.#form,
          total ? t('deploy.button', { price: amountLabel(total) }) : t('plan.deploy'),
          {
            kind: 'primary big wide',
            icon: icon('rocket'),
            disabled: !plan || !price || !isAvailable(plan),
          },
        )}
        <p class="small muted">
          ${price?.per === 'hour' ? t('deploy.promise-hour') : t('deploy.promise-slot')}
        </p>
        <details>
          <summary class="small">${t('deploy.as-api')}</summary>
          <pre class="snippet" tabindex="0" aria-label=${t('deploy.as-api')}>${this.#curl()}</pre>
          <button class="btn sm" type="button" @click=${() => void copy(this.#curl())}>
            ${icon('copy', 14)} ${t('action.copy')}
          </button>
        </details>
      </div>
    </aside>`;
  }

  #body(): Record<string, unknown> {
    const body: Record<string, unknown> = {
      plan_id: this.#plan?.id,
      name: this.#name.trim(),
      price: this.#price?.component,
      pay_with: payWith(this.#total()?.asset ?? this.#price?.asset ?? 'COIN'),
    };
    if (Object.keys(this.#config).length) body['config'] = this.#config;
    return body;
  }

  #curl(): string {
    const quoted = JSON.stringify(this.#body(), null, 2).replaceAll("'", String.raw`'\''`);
    return [
      `curl -X POST ${location.origin}/api/v1/orders \\`,
      `  -H 'Authorization: Bearer minga_pat_…' \\`,
      `  -H 'Idempotency-Key: '"$(uuidgen)" \\`,
      `  -H 'Content-Type: application/json' \\`,
      `  -d '${quoted}'`,
    ].join('\n');
  }

  readonly #order = async (event: Event): Promise<void> => {
    const order = await this.#form.submit(event, async (intent: Intent) =>
      post<Order>('/orders', this.#body(), intent),
    );
    if (!order) {
      const code = this.#form.problem?.code;
      if (code === 'wallet.insufficient-funds') void loadBalances();
      if (code === 'capacity.exhausted') void this.#products.reload();
      return;
    }
    remember(DRAFT, undefined);
    startTask(order.id, 'deploy', this.#name, order.instance_id);
    void loadBalances();
    navigate(
      order.instance_id
        ? `/instances/${encodeURIComponent(order.instance_id)}?watch&order=${encodeURIComponent(order.id)}`
        : '/instances',
    );
  };
}

define('page-deploy', Deploy);
