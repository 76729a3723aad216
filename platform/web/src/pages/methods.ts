import { html, nothing } from 'lit';
import { get, post, put, query, remove } from '../api';
import { confirmAction } from '../dialogs';
import { define, PageView, Resource } from '../element';
import { Form, selectField, submitButton } from '../forms';
import { t, tk } from '../i18n';
import { onLive } from '../live';
import { checkoutCard, leaveLink, type Checkout, type Method } from '../payment-parts';
import { navigate } from '../router';
import { defaultsOf, type Values } from '../schema';
import type { Page } from '../types';
import { badge, emptyState, icon, pageHead, status, toast } from '../ui';

interface Way {
  name: string;
  title: string;
  mode: 'test' | 'live';
  saves: boolean;
}

const underWay = ['created', 'starting', 'pending', 'unknown'];
const ASK_AGAIN_MS = 1500;

/** Saved cards and wallets: which there are, which is charged first, a new one, and away with one. */
class Methods extends PageView {
  readonly #ways = new Resource(this, (signal) => get<Page<Way>>('/payments/ways', signal));
  readonly #methods = new Resource(this, async (signal) => {
    const found = await get<Page<Method>>('/payments/methods', signal);
    this.#follow(found.items);
    return found;
  });
  readonly #checkout = new Resource(
    this,
    async (signal) => {
      const page = await get<Checkout>(`/payments/methods/${this.#open}/checkout`, signal);
      this.#values = defaultsOf(page.schema);
      return page;
    },
    { manual: true },
  );
  readonly #add = new Form(this);
  readonly #form = new Form(this);
  #way = '';
  #values: Values = {};
  #open = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: () => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLive((event) => {
      if (event.event === 'payment') void this.#methods.reload();
    });
    const back = this.search('method');
    if (back) {
      // Coming back from a provider proves nothing; the host asks the provider.
      post(`/payments/methods/${encodeURIComponent(back)}/actions/check`).catch(() => undefined);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#stop();
  }

  #follow(all: Method[]): void {
    clearTimeout(this.#timer);
    const form = all.find((method) => method.action?.type === 'form');
    if (form?.id !== this.#open) {
      this.#open = form?.id ?? '';
      this.#checkout.clear();
      if (this.#open) void this.#checkout.reload();
    }
    if (all.some((method) => underWay.includes(method.state))) {
      this.#timer = setTimeout(() => void this.#methods.reload(), ASK_AGAIN_MS);
    }
  }

  override render(): unknown {
    return html`${pageHead({
        title: t('methods.title'),
        lead: t('methods.lead'),
        back: { href: '/wallet', label: t('nav.wallet') },
      })}
      <div class="page-body">
        ${this.#methods.show((all) => this.#list(all.items), { rows: 3 })}
        ${
          this.#open
            ? this.#checkout.show(
                (page) =>
                  checkoutCard({
                    title: t('methods.save'),
                    page,
                    form: this.#form,
                    values: this.#values,
                    onChange: (values) => {
                      this.#values = values;
                      this.requestUpdate();
                    },
                    onSend: (event) => void this.#send(event),
                  }),
                { rows: 3 },
              )
            : this.#ways.show((ways) => this.#adding(ways.items.filter((way) => way.saves)), { rows: 2 })
        }
      </div>`;
  }

  #list(all: Method[]): unknown {
    if (!all.length) {
      return html`<div class="card">
        ${emptyState({ icon: 'wallet', title: t('methods.empty'), text: t('methods.empty-text') })}
      </div>`;
    }
    return html`<ul class="stack plain" data-testid="methods">
      ${all.map((method) => this.#item(method))}
    </ul>`;
  }

  #item(method: Method): unknown {
    const name = method.label || method.provider;
    const saved = method.state === 'saved';
    return html`<li class="card card-body" data-key=${method.id}>
      <div class="row between">
        <h2>${name}</h2>
        <span>
          ${method.mode === 'test' ? badge(t('topup.test-mark'), 'warn') : nothing}
          ${method.is_default ? badge(t('methods.default'), 'ok') : nothing}
          ${saved ? nothing : status(method.state, tk('method', method.state))}
        </span>
      </div>
      ${method.expires ? html`<p class="small muted">${t('methods.expires', { month: method.expires })}</p>` : nothing}
      ${method.message ? html`<p role="status">${method.message}</p>` : nothing}
      ${leaveLink(method.action, t('methods.go-save'))}
      <div class="row">
        ${
          saved && !method.is_default
            ? html`<button class="btn sm" type="button" @click=${() => void this.#makeDefault(method)}>
                ${icon('check', 14)} ${t('methods.make-default')}
              </button>`
            : nothing
        }
        <button
          class="btn sm"
          type="button"
          aria-label=${t('methods.remove-what', { name })}
          @click=${() => void this.#remove(method, name)}
        >
          ${icon('trash-2', 14)} ${t('methods.remove')}
        </button>
      </div>
    </li>`;
  }

  #adding(ways: Way[]): unknown {
    if (!ways.length) return nothing;
    const way = ways.find((each) => each.name === this.#way) ?? ways[0];
    return html`<section class="card card-body" aria-labelledby="add-title">
      <h2 id="add-title">${t('methods.add')}</h2>
      <p class="small muted">${t('methods.add-text')}</p>
      <form class="form" novalidate @submit=${(event: Event) => void this.#begin(event, way)}>
        ${
          ways.length > 1
            ? selectField(this.#add, {
                pointer: '/provider',
                label: t('topup.with'),
                value: way?.name ?? '',
                choices: ways.map((each) => ({ value: each.name, label: each.title })),
                onInput: (value) => (this.#way = value),
              })
            : nothing
        }
        ${this.#add.summary()}
        <div>${submitButton(this.#add, t('methods.add'))}</div>
      </form>
    </section>`;
  }

  async #begin(event: Event, way: Way | undefined): Promise<void> {
    const begun = await this.#add.submit(event, (intent) =>
      post<Method>('/payments/methods', { provider: way?.name ?? '' }, intent),
    );
    if (!begun) return;
    navigate(query('/wallet/methods', { method: begun.id }));
    await this.#methods.reload();
  }

  async #send(event: Event): Promise<void> {
    const answer = await this.#form.submit(event, () =>
      put<Method>(`/payments/methods/${this.#open}/checkout`, { values: this.#values }),
    );
    if (!answer) return;
    this.#checkout.clear();
    this.#open = '';
    if (answer.data.state === 'saved') toast(t('methods.saved'));
    await this.#methods.reload();
  }

  async #makeDefault(method: Method): Promise<void> {
    await this.#add.run((intent) =>
      post<Method>(`/payments/methods/${method.id}/actions/default`, undefined, intent),
    );
    await this.#methods.reload();
  }

  async #remove(method: Method, name: string): Promise<void> {
    await confirmAction({
      title: t('methods.remove-what', { name }),
      body: html`<p>${t('methods.remove-text')}</p>`,
      action: t('methods.remove'),
      danger: true,
      run: (intent) => remove(`/payments/methods/${method.id}`, { intent }),
    });
    await this.#methods.reload();
  }
}

define('page-methods', Methods);
