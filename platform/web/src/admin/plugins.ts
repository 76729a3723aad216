import { html, nothing } from 'lit';
import { call, get, post, query, remove } from '../api';
import { confirmAction, openDialog } from '../dialogs';
import { define, PageView, Resource } from '../element';
import { Form, field, selectField, submitButton } from '../forms';
import { t, tk } from '../i18n';
import { Problem } from '../problem';
import { navigate } from '../router';
import { mayWrite } from '../session';
import type { Page, Reason, Schema } from '../types';
import {
  badge,
  copyButton,
  emptyState,
  icon,
  notice,
  pageHead,
  problemBox,
  reasonText,
  status,
  table,
  toast,
  toneOf,
} from '../ui';

interface PluginProvider {
  kind?: string;
  name: string;
  state: string;
  reason?: Reason | string | null;
}

interface Plugin {
  id: string;
  file?: string;
  version: string;
  state: string;
  reason?: Reason | string | null;
  kinds: string[];
  sha256: string;
  signature: string;
  providers: PluginProvider[];
}

interface ProviderRow extends PluginProvider {
  kind: string;
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

function isOff(plugin: Plugin): boolean {
  return plugin.state === 'disabled' || plugin.state === 'closed';
}

class Plugins extends PageView {
  readonly #plugins = new Resource(this, (signal) => get<Page<Plugin>>('/admin/plugins', signal));
  readonly #providers = new Resource(this, (signal) => get<Page<ProviderRow>>('/admin/providers', signal));
  readonly #factories = new Resource(this, (signal) =>
    get<Page<Factory>>('/admin/provider-factories', signal),
  );
  #upload: { name: string; problem?: Problem } | undefined;

  override render(): unknown {
    return html`${pageHead({
        title: t('nav.plugins'),
        lead: t('plugins.lead'),
        actions: mayWrite()
          ? html`<button class="btn" type="button" @click=${() => void this.#add()}>
                ${icon('plus')} ${t('plugins.add-provider')}
              </button>
              <button
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
          : nothing,
      })}
      ${
        this.#upload
          ? this.#upload.problem
            ? problemBox(
                this.#upload.problem,
                undefined,
                t('plugins.upload-failed', { name: this.#upload.name }),
              )
            : notice('info', t('plugins.uploading', { name: this.#upload.name }))
          : nothing
      }
      <section class="stack" aria-labelledby="installed">
        <h2 id="installed">${t('plugins.installed')}</h2>
        ${this.#plugins.show(
          (page) =>
            page.items.length
              ? this.#table(page.items)
              : html`<div class="card">
                  ${emptyState({ icon: 'plug', title: t('plugins.empty'), text: t('plugins.empty-text') })}
                </div>`,
          { rows: 5 },
        )}
      </section>
      ${this.#plugins.settled ? this.#providerSection() : nothing}`;
  }

  #providerSection(): unknown {
    return html`<section class="stack" aria-labelledby="providers">
      <div>
        <h2 id="providers">${t('providers.title')}</h2>
        <p class="muted">${t('providers.lead')}</p>
      </div>
      ${this.#providers.show(
        (page) =>
          page.items.length
            ? this.#providerTable(page.items)
            : html`<div class="card">
                ${emptyState({ icon: 'settings', title: t('providers.empty'), text: t('providers.empty-text') })}
              </div>`,
        { rows: 3 },
      )}
    </section>`;
  }

  #table(plugins: Plugin[]): unknown {
    return table<Plugin>({
      caption: t('plugins.installed'),
      rows: plugins,
      key: (row) => row.id,
      columns: [
        {
          label: t('plugins.plugin'),
          cell: (row) =>
            html`<div>
              <strong>${row.id}</strong> <span class="muted">${row.version}</span>
              <span class="cell-sub">${row.kinds.map((kind) => tk('kind', kind)).join(', ')}</span>
            </div>`,
        },
        {
          label: t('plugins.signature'),
          cell: (row) =>
            html`<span class="row"
              >${badge(tk('signature', row.signature), toneOf(row.signature))}
              ${copyButton(row.sha256, 'SHA-256')}</span
            >`,
        },
        {
          label: t('instance.state'),
          cell: (row) =>
            html`<div>
              ${status(row.state)}${reasonText(row.reason) ? html`<span class="cell-sub">${reasonText(row.reason)}</span>` : nothing}
            </div>`,
        },
        {
          label: t('providers.title'),
          cell: (row) =>
            row.providers.map(
              (provider) => html`<div class="row">${provider.name} ${status(provider.state)}</div>`,
            ),
        },
        { label: '', align: 'end', cell: (row) => (mayWrite() ? this.#buttons(row) : nothing) },
      ],
    });
  }

  #buttons(plugin: Plugin): unknown {
    const off = isOff(plugin);
    const name = plugin.id;
    return html`<div class="row">
      ${
        off
          ? html`<button
              class="btn sm"
              type="button"
              aria-label=${`${t('plugins.enable')} ${name}`}
              @click=${() => void this.#act(plugin, 'enable')}
            >
              ${icon('play', 14)} ${t('plugins.enable')}
            </button>`
          : html`<button
                class="btn sm"
                type="button"
                aria-label=${`${t('plugins.disable')} ${name}`}
                @click=${() => void this.#act(plugin, 'disable')}
              >
                ${icon('square', 14)} ${t('plugins.disable')}
              </button>
              <button
                class="btn icon-only sm"
                type="button"
                title=${t('plugins.reload')}
                aria-label=${`${t('plugins.reload')} ${name}`}
                @click=${() => void this.#act(plugin, 'reload')}
              >
                ${icon('rotate-cw', 14)}
              </button>`
      }
      <button
        class="btn icon-only sm danger-quiet"
        type="button"
        title=${t('plugins.remove')}
        aria-label=${`${t('plugins.remove')} ${name}`}
        @click=${() => void this.#remove(plugin)}
      >
        ${icon('trash-2', 14)}
      </button>
    </div>`;
  }

  async #act(plugin: Plugin, action: 'enable' | 'disable' | 'reload'): Promise<void> {
    const path = `/admin/plugins/${encodeURIComponent(plugin.id)}/actions/${action}`;
    if (action === 'disable') {
      await confirmAction({
        title: t('plugins.disable-title', { name: plugin.id }),
        body: html`<p>${t('plugins.disable-text')}</p>
          ${
            plugin.providers.length
              ? html`<ul>
                  ${plugin.providers.map((provider) => html`<li>${provider.name}</li>`)}
                </ul>`
              : nothing
          }`,
        action: t('plugins.disable'),
        run: (intent) => post(path, {}, intent).then(() => true),
      });
    } else {
      try {
        await post(path, {});
        toast(t('plugins.asked'), 'info');
      } catch (cause) {
        const problem = Problem.from(cause);
        toast(problem.detail || problem.title, 'bad');
      }
    }
    await this.#refresh();
  }

  async #remove(plugin: Plugin): Promise<void> {
    await confirmAction({
      title: t('plugins.remove-title', { name: plugin.id }),
      body: html`<p>${t('plugins.remove-text')}</p>`,
      action: t('plugins.remove'),
      danger: true,
      type: plugin.id,
      run: (intent) => remove(`/admin/plugins/${encodeURIComponent(plugin.id)}`, { intent }).then(() => true),
    });
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    await Promise.all([this.#plugins.reload(), this.#providers.reload(), this.#factories.reload()]);
  }

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
      await call('POST', query('/admin/plugins', { filename: file.name }), {
        raw: { data: file, type: 'application/java-archive' },
      });
      this.#upload = undefined;
      toast(t('plugins.installed-toast', { name: file.name }));
    } catch (cause) {
      this.#upload = { name: file.name, problem: Problem.from(cause) };
    }
    await this.#refresh();
  };

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
              <a
                class="cell-main"
                href="/admin/providers/${encodeURIComponent(row.kind)}/${encodeURIComponent(row.name)}"
                >${row.name}</a
              >
              <span class="cell-sub">${tk('kind', row.kind)}</span>
            </div>`,
        },
        { label: t('plugins.plugin'), cell: (row) => row.plugin_id ?? '–' },
        {
          label: t('instance.state'),
          cell: (row) =>
            html`<div>
              ${status(row.state)}${reasonText(row.reason) ? html`<span class="cell-sub">${reasonText(row.reason)}</span>` : nothing}
            </div>`,
        },
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
              href="/admin/providers/${encodeURIComponent(row.kind)}/${encodeURIComponent(row.name)}"
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

define('admin-plugins', Plugins);
