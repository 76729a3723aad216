import { html, nothing } from 'lit';
import { call, get, query } from '../api';
import { confirmAction, openDialog } from '../dialogs';
import { define, PageView, Resource } from '../element';
import { Form, field, selectField, submitButton } from '../forms';
import { t, tk } from '../i18n';
import { Problem } from '../problem';
import { navigate } from '../router';
import { isSuperAdmin, mayWrite, site } from '../session';
import type { Page, Schema } from '../types';
import { badge, emptyState, icon, notice, pageHead, problemBox, skeleton, table, toast, toneOf } from '../ui';
import {
  isUpdate,
  pluginButtons,
  pluginPath,
  pluginTabs,
  providerPath,
  reasonOf,
  rollbackButton,
  signatureBadge,
  stateCell,
  wantsAttention,
  type AdditionsReport,
  type Plugin,
  type PluginList,
  type PluginProvider,
} from './plugin-parts';

interface ProviderRow extends PluginProvider {
  plugin_id?: string;
  factory?: string;
  read_only?: boolean;
  source?: string;
}

export interface Factory {
  kind: string;
  factory: string;
  plugin_id: string;
  title?: string;
  schema: Schema;
}

const MAX_JAR = 64 * 1024 * 1024;

class Plugins extends PageView {
  readonly #plugins = new Resource(this, (signal) => get<PluginList>('/admin/plugins', signal));
  readonly #additions = new Resource(this, (signal) =>
    get<Page<AdditionsReport>>('/admin/contributions', signal),
  );
  readonly #providers = new Resource(this, (signal) => get<Page<ProviderRow>>('/admin/providers', signal));
  readonly #factories = new Resource(this, (signal) =>
    get<Page<Factory>>('/admin/provider-factories', signal),
  );
  #upload: { name: string; problem?: Problem } | undefined;
  #points = false;

  get #tab(): string {
    return this.search('tab');
  }

  override render(): unknown {
    const updates = this.#plugins.value?.items.filter(isUpdate).length;
    return html`${pageHead({
        title: t('nav.plugins'),
        lead: t('plugins.lead'),
        actions: mayWrite() ? this.#actions() : nothing,
      })}
      ${pluginTabs(this.#tab, updates)} ${this.#uploading()}
      <div class="stack">${this.#section()}</div>`;
  }

  #section(): unknown {
    switch (this.#tab) {
      case 'updates':
        return this.#plugins.show((list) => this.#updates(list.items), { rows: 3 });
      case 'points':
        return this.#pointsSection();
      case 'providers':
        return this.#providers.show((page) => this.#providerSection(page.items), { rows: 5 });
      default:
        return this.#plugins.show((list) => this.#installed(list), { rows: 6 });
    }
  }

  #actions(): unknown {
    const list = this.#plugins.value;
    return html`<button class="btn" type="button" @click=${() => void this.#add()}>
        ${icon('plus')} ${t('plugins.add-provider')}
      </button>
      ${
        // A host that does not say takes jars; one that does not want any answers so.
        isSuperAdmin() && list && list.upload !== false
          ? html`<button
                class="btn primary"
                type="button"
                @click=${() => this.querySelector<HTMLInputElement>('#plugin-jar')?.click()}
              >
                ${icon('upload')} ${t('plugins.upload')}
              </button>
              <input
                id="plugin-jar"
                class="sr"
                type="file"
                accept=".jar,application/java-archive"
                tabindex="-1"
                aria-label=${t('plugins.upload')}
                @change=${this.#send}
              />`
          : nothing
      }`;
  }

  #uploading(): unknown {
    if (!this.#upload) return nothing;
    const { name, problem } = this.#upload;
    return problem
      ? problemBox(problem, undefined, t('plugins.upload-failed', { name }))
      : notice('info', t('plugins.uploading', { name }));
  }

  /** What applies to plugins that are new here, said before somebody brings one. */
  #policy(list: PluginList): unknown {
    if (!list.policy) return nothing;
    const mode = site.value?.mode === 'trial' ? t('policy.trial') : t('policy.production');
    return html`<section class="card card-body policy" aria-labelledby="policy">
      <h2 id="policy">
        ${t('policy.title')} ${badge(tk('policy', list.policy), list.policy === 'open' ? 'warn' : 'info')}
      </h2>
      <p class="muted">
        ${mode} ${tk('policy.means', list.policy)} ${list.upload ? t('policy.upload') : t('policy.no-upload')}
      </p>
    </section>`;
  }

  #installed(list: PluginList): unknown {
    const held = list.items.filter((each) => reasonCode(each) === 'held-back');
    const waiting = list.items.filter((each) => each.consent);
    return html`${
      held.length
        ? notice(
            'bad',
            t('plugins.safe-mode'),
            html`${t('plugins.safe-mode-text')}
            ${held.map((each) => html`<a href=${pluginPath(each.id)}>${each.id}</a> `)}`,
          )
        : nothing
    }
    ${waiting.map((each) =>
      notice(
        'warn',
        t('consent.waits', { name: each.id }),
        isUpdate(each) && each.earlier
          ? t('consent.waits-update', { version: each.version, now: each.earlier.version })
          : t('consent.waits-text'),
        html`<a class="btn sm" href=${pluginPath(each.id)}>${t('consent.look')}</a>`,
      ),
    )}
    ${this.#brokenAdditions()}
    ${
      list.items.length
        ? this.#table(list.items)
        : html`<div class="card">
            ${emptyState({ icon: 'plug', title: t('plugins.empty'), text: t('plugins.empty-text') })}
          </div>`
    }
    ${this.#policy(list)}`;
  }

  /** A plugin whose additions to the pages are wrong runs without them. */
  #brokenAdditions(): unknown {
    return (this.#additions.value?.items ?? [])
      .filter((report) => report.state === 'failed')
      .map((report) =>
        notice(
          'warn',
          t('additions.left-out-of', { name: report.plugin }),
          report.reason?.text ?? '',
          html`<a class="btn sm" href=${pluginPath(report.plugin)}>${t('consent.look')}</a>`,
        ),
      );
  }

  #table(plugins: Plugin[]): unknown {
    return table<Plugin>({
      caption: t('plugins.installed'),
      rows: [...plugins].sort((a, b) => Number(wantsAttention(b)) - Number(wantsAttention(a))),
      key: (row) => row.id,
      columns: [
        {
          label: t('plugins.plugin'),
          cell: (row) =>
            html`<div>
              <a class="cell-main" href=${pluginPath(row.id)}>${row.id}</a>
              <span class="cell-sub"
                >${row.version} · ${row.kinds.map((kind) => tk('kind', kind)).join(', ')}</span
              >
            </div>`,
        },
        {
          label: t('plugins.signature'),
          cell: (row) =>
            html`<div>
              ${signatureBadge(row)}${row.publisher ? html`<span class="cell-sub">${row.publisher}</span>` : nothing}
            </div>`,
        },
        {
          label: t('instance.state'),
          cell: (row) =>
            html`<div>
              ${stateCell(row, reasonOf(row))}
              ${isUpdate(row) ? html`<span class="cell-sub">${badge(t('plugins.update-waits'), 'warn')}</span>` : nothing}
            </div>`,
        },
        {
          label: t('providers.title'),
          cell: (row) =>
            row.providers.length
              ? row.providers.map(
                  (provider) =>
                    html`<div class="row">
                      <a href=${providerPath(provider)}>${provider.name}</a>
                      ${badge(tk('state', provider.state), toneOf(provider.state))}
                    </div>`,
                )
              : '–',
        },
        {
          label: '',
          align: 'end',
          cell: (row) =>
            mayWrite()
              ? html`<div class="row">
                  ${rollbackButton(row, this.#refresh, true)}
                  ${row.consent ? nothing : pluginButtons(row, this.#refresh, true)}
                </div>`
              : nothing,
        },
      ],
    });
  }

  /** Files that hold another version than the one that runs, and why that one is not used. */
  #updates(plugins: Plugin[]): unknown {
    const rows = plugins.filter(isUpdate);
    return html`<p class="muted">${t('plugins.updates-lead')}</p>
      ${
        rows.length
          ? table<Plugin>({
              caption: t('plugins.updates'),
              rows,
              key: (row) => row.id,
              columns: [
                {
                  label: t('plugins.plugin'),
                  cell: (row) => html`<a class="cell-main" href=${pluginPath(row.id)}>${row.id}</a>`,
                },
                {
                  label: t('plugins.runs'),
                  // What waits for consent is listed with its own version.
                  cell: (row) => (row.consent ? (row.earlier?.version ?? '–') : row.version),
                },
                { label: t('consent.file'), cell: (row) => html`<code>${row.file ?? '–'}</code>` },
                { label: t('instance.state'), cell: (row) => stateCell(row, reasonOf(row)) },
                {
                  label: '',
                  align: 'end',
                  cell: (row) =>
                    mayWrite()
                      ? html`<div class="row">
                          ${row.consent ? html`<a class="btn sm" href=${pluginPath(row.id)}>${t('consent.look')}</a>` : nothing}
                          ${rollbackButton(row, this.#refresh, true)}
                          ${row.consent ? nothing : pluginButtons(row, this.#refresh, true)}
                        </div>`
                      : nothing,
                },
              ],
            })
          : html`<div class="card">
              ${emptyState({ icon: 'circle-check', title: t('plugins.no-updates'), text: t('plugins.no-updates-text') })}
            </div>`
      }`;
  }

  #pointsSection(): unknown {
    // The element is put on the page once it is known.
    if (!this.#points) {
      void import('./extension-points').then(() => {
        this.#points = true;
        this.requestUpdate();
      });
      return skeleton(5);
    }
    return html`<extension-points class="stack"></extension-points>`;
  }

  readonly #refresh = (): void => {
    void this.#plugins.reload();
    void this.#additions.reload();
    void this.#providers.reload();
    void this.#factories.reload();
  };

  readonly #send = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    if (file.size > MAX_JAR) {
      toast(t('plugins.too-large'), 'bad');
      return;
    }
    const sure = await confirmAction({
      title: t('plugins.install-title', { name: file.name }),
      body: html`<p>${t('plugins.install-text')}</p>`,
      action: t('plugins.install'),
      run: () => Promise.resolve(true),
    });
    if (!sure) return;
    this.#upload = { name: file.name };
    this.requestUpdate();
    try {
      const { data } = await call<Plugin>('POST', query('/admin/plugins', { filename: file.name }), {
        raw: { data: file, type: 'application/java-archive' },
      });
      this.#upload = undefined;
      toast(t('plugins.installed-toast', { name: file.name }));
      // Somebody has to let it run: what it asks for comes next.
      if (data.consent) {
        navigate(pluginPath(data.id));
        return;
      }
    } catch (cause) {
      this.#upload = { name: file.name, problem: Problem.from(cause) };
    }
    this.#refresh();
  };

  #providerSection(providers: ProviderRow[]): unknown {
    return html`<p class="muted">${t('providers.lead')}</p>
      <p><a href="/admin/schema-preview">${t('title.schema-preview')}</a></p>
      ${
        providers.length
          ? this.#providerTable(providers)
          : html`<div class="card">
              ${emptyState({ icon: 'settings', title: t('providers.empty'), text: t('providers.empty-text') })}
            </div>`
      }`;
  }

  #providerTable(providers: ProviderRow[]): unknown {
    return table<ProviderRow>({
      caption: t('providers.title'),
      rows: providers,
      key: (row) => `${row.kind}/${row.name}`,
      columns: [
        {
          label: t('ssh.name'),
          cell: (row) =>
            html`<div>
              <a class="cell-main" href=${providerPath(row)}>${row.name}</a>
              <span class="cell-sub">${tk('kind', row.kind)}</span>
            </div>`,
        },
        {
          label: t('plugins.plugin'),
          cell: (row) =>
            row.plugin_id ? html`<a href=${pluginPath(row.plugin_id)}>${row.plugin_id}</a>` : '–',
        },
        { label: t('instance.state'), cell: (row) => stateCell(row) },
        {
          label: t('providers.source'),
          cell: (row) =>
            row.read_only ? badge(t('providers.file'), 'info') : tk('source', row.source ?? 'database'),
        },
        {
          label: '',
          align: 'end',
          cell: (row) =>
            html`<a
              class="btn sm"
              href=${providerPath(row)}
              aria-label=${`${t('providers.configure')} ${row.name}`}
              >${t('providers.configure')}</a
            >`,
        },
      ],
    });
  }

  async #add(): Promise<void> {
    const factories = this.#factories.value?.items ?? [];
    let form: Form | undefined;
    const values = { factory: factories[0] ? `${factories[0].kind}/${factories[0].factory}` : '', name: '' };
    const chosen = await openDialog<string>(t('plugins.add-provider'), (part) => {
      form ??= new Form(part);
      const own = form;
      if (!factories.length)
        return emptyState({
          icon: 'plug',
          title: t('providers.no-factory'),
          text: t('providers.no-factory-text'),
        });
      return html`<form
        novalidate
        @submit=${async (event: Event) => {
          const ok = await own.submit(event, () => Promise.resolve(true));
          if (!ok) return;
          const [kind, factory] = values.factory.split('/');
          part.close(
            query(`/admin/providers/${kind ?? ''}/${encodeURIComponent(values.name.trim())}`, { factory }),
          );
        }}
      >
        ${selectField(own, {
          pointer: '/factory',
          label: t('providers.type'),
          value: values.factory,
          choices: factories.map((each) => ({
            value: `${each.kind}/${each.factory}`,
            label: `${each.title ?? each.factory} (${tk('kind', each.kind)})`,
          })),
          onInput: (value) => (values.factory = value),
        })}
        ${field(own, {
          pointer: '/name',
          label: t('ssh.name'),
          hint: t('products.slug-hint'),
          value: values.name,
          required: true,
          pattern: '[a-z0-9\\-]{1,40}',
          onInput: (value) => (values.name = value),
        })}
        <div class="dialog-actions">
          <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
          ${submitButton(own, t('action.continue'))}
        </div>
      </form>`;
    });
    if (chosen) navigate(chosen);
  }
}

function reasonCode(plugin: Plugin): string {
  return typeof plugin.reason === 'object' ? (plugin.reason?.code ?? '') : '';
}

define('admin-plugins', Plugins);
