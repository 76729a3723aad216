import { html } from 'lit';
import { get, put, query } from '../api';
import { define, PageView, Pages, Resource } from '../element';
import { Form, submitButton, valuesOf } from '../forms';
import { t } from '../i18n';
import { invoiceTable, type Invoice } from '../invoice-parts';
import { partyFields, partyOf, type Party } from '../party-form';
import type { Page } from '../types';
import { emptyState, icon, moreButton, pageHead, toast } from '../ui';

interface Profile {
  profile: Party;
  given: boolean;
}

class Invoices extends PageView {
  readonly #list = new Pages<Invoice>(this, (cursor, signal) =>
    get<Page<Invoice>>(query('/invoices', { cursor, limit: 25 }), signal),
  );
  readonly #profile = new Resource(this, (signal) => get<Profile>('/billing-profile', signal));
  readonly #form = new Form(this);

  override render(): unknown {
    return html`${pageHead({
      title: t('invoices.title'),
      lead: t('invoices.lead'),
      back: { href: '/wallet', label: t('nav.wallet') },
      actions: html`<a class="btn" data-leave href="/api/v1/invoices?format=csv" download="minga-invoices.csv"
        >${icon('download')} CSV</a
      >`,
    })}
    ${this.#list.first.show(
      () =>
        this.#list.items.length
          ? html`${invoiceTable('/invoices', this.#list.items, false)} ${moreButton(this.#list)}`
          : html`<div class="card">
              ${emptyState({ icon: 'file-text', title: t('invoices.empty'), text: t('invoices.empty-text') })}
            </div>`,
      { rows: 4 },
    )}
    ${this.#profile.show((known) => this.#buyer(known), { rows: 3 })}`;
  }

  #buyer(known: Profile): unknown {
    return html`<section class="card card-body" aria-labelledby="buyer-title">
      <h2 id="buyer-title">${t('profile.title')}</h2>
      <p class="muted">${known.given ? t('profile.text') : t('profile.none')}</p>
      <form class="form" novalidate @submit=${this.#save}>
        ${partyFields(this.#form, known.profile, '')} ${this.#form.summary()}
        <div>${submitButton(this.#form, t('action.save'))}</div>
      </form>
    </section>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const done = await this.#form.submit(event, () =>
      put<Profile>('/billing-profile', partyOf(values)).then((answer) => answer.data),
    );
    if (!done) return;
    this.#profile.value = done;
    toast(t('action.saved'));
    this.requestUpdate();
  };
}

define('page-invoices', Invoices);
