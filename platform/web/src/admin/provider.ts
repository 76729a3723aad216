import { html, nothing } from 'lit';
import { call, get, post, put, remove } from '../api';
import { confirmAction, openDialog } from '../dialogs';
import { define, PageView, Resource } from '../element';
import { Form, submitButton } from '../forms';
import { t, tk } from '../i18n';
import { Problem } from '../problem';
import { navigate } from '../router';
import { schemaForm } from '../schema-form';
import { defaultsOf, differences, secretPointers, type Values } from '../schema';
import { mayWrite } from '../session';
import { shown } from '../text';
import type { Page, Reason, Schema } from '../types';
import { badge, icon, notice, pageHead, reasonText, status, toast } from '../ui';
import type { Factory } from './plugins';

interface Provider {
  kind: string;
  name: string;
  plugin_id: string;
  factory: string;
  state: string;
  reason?: Reason | string | null;
  schema: Schema;
  config: Values;
  secrets_set: string[];
  read_only: boolean;
  source?: string;
}

interface Check {
  name: string;
  ok: boolean;
  detail?: string;
  fix?: string | null;
}

/** The settings of one configured plugin: a form made from its schema, a test, and a look at the changes before saving. */
class ProviderPage extends PageView {
  readonly #form = new Form(this);
  readonly #testing = new Form(this);
  #values: Values = {};
  #checks: Check[] | undefined;
  #etag: string | undefined;
  #fresh = false;

  readonly #provider: Resource<Provider> = new Resource(this, async (signal) => {
    const factory = this.search('factory');
    if (factory && !(await this.#exists(signal))) return this.#begin(factory, signal);
    const answer = await call<Provider>('GET', this.#path, { signal });
    this.#etag = answer.etag;
    this.#values = structuredClone(answer.data.config);
    this.#fresh = false;
    return answer.data;
  });

  async #exists(signal: AbortSignal): Promise<boolean> {
    const all = await get<Page<{ kind: string; name: string }>>('/admin/providers', signal);
    return all.items.some((each) => each.kind === this.param('kind') && each.name === this.param('name'));
  }

  /** One that is not stored yet: its form shows the defaults. */
  async #begin(factory: string, signal: AbortSignal): Promise<Provider> {
    const all = await get<Page<Factory>>('/admin/provider-factories', signal);
    const found = all.items.find((each) => each.kind === this.param('kind') && each.factory === factory);
    if (!found) throw new Problem(404, { title: t('lost.title'), detail: t('providers.no-factory') });
    this.#fresh = true;
    this.#values = defaultsOf(found.schema);
    return {
      kind: found.kind,
      name: this.param('name'),
      plugin_id: found.plugin_id,
      factory,
      state: 'new',
      schema: found.schema,
      config: {},
      secrets_set: [],
      read_only: false,
    };
  }

  get #path(): string {
    return `/admin/providers/${encodeURIComponent(this.param('kind'))}/${encodeURIComponent(this.param('name'))}`;
  }

  override render(): unknown {
    return this.#provider.show((provider) => this.#page(provider), { rows: 6 });
  }

  #page(provider: Provider): unknown {
    const readonly = provider.read_only || !mayWrite();
    return html`${pageHead({
        back: { href: '/admin/plugins', label: t('nav.plugins') },
        title: provider.name,
        lead: html`<span class="row">
          ${this.#fresh ? badge(t('providers.new'), 'info') : status(provider.state)}
          <span class="small">· ${tk('kind', provider.kind)} · ${provider.plugin_id}</span>
        </span>`,
        actions:
          readonly || this.#fresh
            ? nothing
            : html`<button class="btn danger-quiet" type="button" @click=${() => void this.#remove(provider)}>
                ${icon('trash-2')} ${t('action.delete')}
              </button>`,
      })}
      ${provider.read_only ? notice('info', t('providers.read-only'), t('providers.read-only-text')) : nothing}
      ${reasonText(provider.reason) ? notice('warn', reasonText(provider.reason)) : nothing}
      <form
        class="card card-body form"
        novalidate
        @submit=${(event: Event) => void this.#save(event, provider)}
      >
        ${
          Object.keys(provider.schema.properties ?? {}).length
            ? schemaForm({
                form: this.#form,
                schema: provider.schema,
                values: this.#values,
                prefix: '/config',
                secretsSet: provider.secrets_set,
                readonly,
                onChange: (values) => {
                  this.#values = values;
                  this.requestUpdate();
                },
              })
            : html`<p class="muted">${t('providers.nothing')}</p>`
        }
        ${this.#form.summary()}
        <div class="form-actions">
          ${readonly ? nothing : submitButton(this.#form, t('providers.review'))}
          <button
            class="btn"
            type="button"
            aria-disabled=${this.#testing.busy ? 'true' : nothing}
            @click=${() => void this.#test(provider)}
          >
            ${this.#testing.busy ? html`<span class="spin">${icon('loader')}</span>` : icon('activity')}
            ${t('providers.test')}
          </button>
          ${
            readonly
              ? nothing
              : html`<button
                  class="btn ghost"
                  type="button"
                  @click=${() => {
                    this.#values = this.#fresh
                      ? defaultsOf(provider.schema)
                      : structuredClone(provider.config);
                    this.#form.clear();
                  }}
                >
                  ${t('providers.reset')}
                </button>`
          }
        </div>
      </form>
      <div aria-live="polite">
        ${this.#testing.summary()} ${this.#checks ? this.#results(this.#checks) : nothing}
      </div>`;
  }

  #results(checks: Check[]): unknown {
    const failed = checks.filter((check) => !check.ok).length;
    return html`<section class="card" aria-labelledby="checks">
      <div class="card-head">
        <h2 id="checks">${t('providers.checks')}</h2>
        ${failed ? badge(t('providers.failed', { count: failed }), 'bad') : badge(t('providers.passed'), 'ok')}
      </div>
      <ul class="timeline card-body">
        ${checks.map(
          (check) =>
            html`<li class=${check.ok ? 'ok' : 'bad'}>
              <span class="mark">${icon(check.ok ? 'check' : 'x', 14)}</span>
              <div>
                <strong>${check.name}</strong>
                <span class="sr">${check.ok ? t('providers.passed') : t('state.failed')}</span>
                ${check.detail ? html`<span class="cell-sub">${check.detail}</span>` : nothing}
                ${check.fix ? html`<span class="cell-sub"><strong>${t('providers.fix')}</strong> ${check.fix}</span>` : nothing}
              </div>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  async #test(provider: Provider): Promise<void> {
    this.#checks = undefined;
    const answer = await this.#testing.run(
      (intent) =>
        post<{ checks: Check[] }>(
          `${this.#path}/test`,
          { factory: provider.factory, config: this.#values },
          intent,
        ),
      this.querySelector('form') ?? undefined,
    );
    if (answer) this.#checks = answer.checks;
    this.requestUpdate();
  }

  async #save(event: Event, provider: Provider): Promise<void> {
    const checked = await this.#form.submit(event, () => Promise.resolve(true));
    if (!checked) return;
    const secrets = new Set(secretPointers(provider.schema));
    const changes = differences(provider.config, this.#values);
    if (!changes.length && !this.#fresh) {
      toast(t('providers.no-change'), 'info');
      return;
    }
    const hidden = (pointer: string, value: unknown): string =>
      value === undefined ? '–' : secrets.has(pointer) ? '••••••' : shown(value);
    const sure = await openDialog<boolean>(
      t('providers.diff'),
      (part) =>
        html`<div class="diff">
            ${changes.map(
              (change) =>
                html`<div class="diff-row">
                  <code>${change.pointer.slice(1)}</code>
                  <span
                    ><del>${hidden(change.pointer, change.before)}</del> →
                    <ins>${hidden(change.pointer, change.after)}</ins></span
                  >
                </div>`,
            )}
            ${changes.length ? nothing : html`<p class="muted">${t('providers.defaults')}</p>`}
          </div>
          <p class="muted">${t('providers.diff-text')}</p>
          <div class="dialog-actions">
            <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
            <button class="btn primary" type="button" @click=${() => part.close(true)}>
              ${t('action.save')}
            </button>
          </div>`,
      { wide: true },
    );
    if (!sure) return;
    const saved = await this.#form.run(
      () =>
        put<Provider>(this.#path, { factory: provider.factory, config: this.#values }, this.#etag).then(
          () => true,
        ),
      this.querySelector('form') ?? undefined,
    );
    if (!saved) return;
    toast(t('action.saved'));
    await this.#provider.reload();
  }

  async #remove(provider: Provider): Promise<void> {
    const done = await confirmAction({
      title: t('providers.delete-title', { name: provider.name }),
      body: html`<p>${t('providers.delete-text')}</p>`,
      action: t('action.delete'),
      danger: true,
      type: provider.name,
      run: (intent) =>
        remove(this.#path, this.#etag ? { intent, headers: { 'If-Match': this.#etag } } : { intent }).then(
          () => true,
        ),
    });
    if (done) navigate('/admin/plugins');
  }
}

define('admin-provider', ProviderPage);
