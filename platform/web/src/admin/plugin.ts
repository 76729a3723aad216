import { html, nothing } from 'lit';
import { get } from '../api';
import { define, PageView, Resource } from '../element';
import { t, tk } from '../i18n';
import { Problem } from '../problem';
import { navigate } from '../router';
import { isSuperAdmin, mayWrite } from '../session';
import type { Page } from '../types';
import { badge, copyButton, facts, icon, notice, pageHead, reasonText, since, status } from '../ui';
import {
  approvePlugin,
  isUpdate,
  pluginButtons,
  providerPath,
  reasonOf,
  removePlugin,
  rollbackButton,
  signatureBadge,
  stateCell,
  type AdditionsReport,
  type Condition,
  type Consent,
  type Plugin,
  type PluginList,
} from './plugin-parts';

/** One plugin: what it is, how it does and why, who stands behind it, and what it asks for. */
class PluginPage extends PageView {
  readonly #plugin = new Resource(this, async (signal) => {
    const list = await get<PluginList>('/admin/plugins', signal);
    const found = list.items.find((each) => each.id === this.param('id'));
    if (!found) throw new Problem(404, { title: t('lost.title'), detail: t('plugins.gone') });
    return found;
  });
  readonly #additions = new Resource(this, async (signal) => {
    const all = await get<Page<AdditionsReport>>('/admin/contributions', signal);
    return all.items.filter((each) => each.plugin === this.param('id'));
  });

  readonly #refresh = (): void => {
    void this.#plugin.reload();
    void this.#additions.reload();
  };

  override render(): unknown {
    return this.#plugin.show((plugin) => this.#page(plugin), { rows: 8 });
  }

  #page(plugin: Plugin): unknown {
    const reason = reasonOf(plugin);
    return html`${pageHead({
        back: { href: '/admin/plugins', label: t('nav.plugins') },
        title: plugin.id,
        lead: html`<span class="row">
          ${status(plugin.state)} ${signatureBadge(plugin)}
          <span class="small">· ${plugin.version || t('plugins.no-version')}</span>
          <span class="small">· ${plugin.kinds.map((kind) => tk('kind', kind)).join(', ')}</span>
        </span>`,
        actions: mayWrite()
          ? html`${rollbackButton(plugin, this.#refresh, false)}
              ${plugin.consent ? nothing : pluginButtons(plugin, this.#refresh, false)}
              <button class="btn danger-quiet" type="button" @click=${() => void this.#remove(plugin)}>
                ${icon('trash-2')} ${t('plugins.remove')}
              </button>`
          : nothing,
      })}
      ${reason && !plugin.consent ? notice(noticeTone(plugin.state), reason) : nothing}
      ${plugin.consent ? this.#consent(plugin, plugin.consent) : nothing}
      <div class="stack">
        ${this.#health(plugin)} ${this.#origin(plugin)} ${this.#providers(plugin)}
        ${this.#additions.show(([report]) => (report ? this.#report(report) : nothing), { rows: 2 })}
      </div>`;
  }

  async #remove(plugin: Plugin): Promise<void> {
    if (await removePlugin(plugin)) navigate('/admin/plugins');
  }

  #consent(plugin: Plugin, consent: Consent): unknown {
    const list = (items: string[], none: string): unknown =>
      items.length
        ? html`<ul>
            ${items.map((each) => html`<li><code>${each}</code></li>`)}
          </ul>`
        : none;
    return html`<section class="card" aria-labelledby="consent" data-testid="consent">
      <div class="card-head">
        <div>
          <h2 id="consent">${t('consent.title')}</h2>
          <p>
            ${isUpdate(plugin) && plugin.earlier ? t('consent.text-update', { version: plugin.earlier.version }) : t('consent.text')}
          </p>
        </div>
      </div>
      <div class="card-body">
        ${notice('warn', t('consent.rights'), t('consent.rights-text'))}
        ${facts([
          [
            t('consent.publisher'),
            html`${plugin.publisher ?? t('consent.nobody')} ${signatureBadge(plugin)}`,
          ],
          [t('consent.kinds'), consent.kinds.map((kind) => tk('kind', kind)).join(', ') || '–'],
          [t('consent.hosts'), list(consent.hosts, t('consent.no-hosts'))],
          [t('consent.file'), html`${plugin.file ?? '–'} · ${plugin.version}`],
          [
            'SHA-256',
            html`<span class="row"
              ><code class="small break">${consent.sha256}</code>
              ${copyButton(consent.sha256, 'SHA-256')}</span
            >`,
          ],
        ])}
        <h3>${t('consent.findings')}</h3>
        ${
          consent.findings.length
            ? html`<ul class="timeline">
                ${consent.findings.map(
                  (finding) =>
                    html`<li class="warn">
                      <span class="mark">${icon('triangle-alert', 14)}</span>
                      <div>
                        <strong>${finding.text}</strong>
                        <span class="cell-sub">${t('consent.classes', { count: finding.classes })}</span>
                        <details>
                          <summary>${t('consent.where')}</summary>
                          <ul class="small">
                            ${finding.places.map((place) => html`<li><code>${place}</code></li>`)}
                          </ul>
                        </details>
                      </div>
                    </li>`,
                )}
              </ul>`
            : html`<p class="muted">${t('consent.no-findings')}</p>`
        }
        ${
          isSuperAdmin()
            ? html`<div class="form-actions">
                <button
                  class="btn primary"
                  type="button"
                  @click=${async () => {
                    if (await approvePlugin(plugin, consent)) this.#refresh();
                  }}
                >
                  ${icon('check')} ${t('consent.approve')}
                </button>
              </div>`
            : html`<p class="muted">${t('consent.who')}</p>`
        }
      </div>
    </section>`;
  }

  /** What is wanted beside what is, and everything that was looked at. */
  #health(plugin: Plugin): unknown {
    const conditions = plugin.conditions ?? [];
    return html`<section class="card" aria-labelledby="health">
      <div class="card-head"><h2 id="health">${t('plugins.health')}</h2></div>
      <div class="card-body">
        ${facts([
          ...(plugin.desired
            ? ([[t('plugins.desired'), tk('desired', plugin.desired)]] as [string, unknown][])
            : []),
          [t('plugins.observed'), status(plugin.state)],
          [t('instance.since'), since(plugin.since)],
        ])}
        ${
          conditions.length
            ? html`<ul class="timeline" aria-label=${t('plugins.conditions')}>
                ${conditions.map((condition, place) => this.#condition(condition, conditions.slice(0, place)))}
              </ul>`
            : nothing
        }
      </div>
    </section>`;
  }

  #condition(condition: Condition, before: Condition[]): unknown {
    const text = reasonText(condition.reason);
    // One thing that is wrong may show in several ways; it is explained once.
    const reason = before.some((each) => reasonText(each.reason) === text) ? '' : text;
    return html`<li class=${condition.met ? 'ok' : 'bad'}>
      <span class="mark">${icon(condition.met ? 'check' : 'x', 14)}</span>
      <div>
        <strong
          >${condition.met ? tk('condition', condition.type) : tk('condition.not', condition.type)}</strong
        >
        ${reason ? html`<span class="cell-sub">${reason}</span>` : nothing}
      </div>
    </li>`;
  }

  #origin(plugin: Plugin): unknown {
    return html`<section class="card" aria-labelledby="origin">
      <div class="card-head"><h2 id="origin">${t('plugins.origin')}</h2></div>
      <div class="card-body">
        ${facts([
          [
            t('plugins.signature'),
            html`<div>
              ${signatureBadge(plugin)}<span class="cell-sub"
                >${tk('signature.means', plugin.signature)}
                ${plugin.approved ? t('signature.means.approved') : nothing}</span
              >
            </div>`,
          ],
          ...(plugin.publisher ? ([[t('consent.publisher'), plugin.publisher]] as [string, unknown][]) : []),
          [t('consent.file'), plugin.file || '–'],
          [
            'SHA-256',
            plugin.sha256
              ? html`<span class="row"
                  ><code class="small break">${plugin.sha256}</code>
                  ${copyButton(plugin.sha256, 'SHA-256')}</span
                >`
              : '–',
          ],
        ])}
      </div>
    </section>`;
  }

  #providers(plugin: Plugin): unknown {
    if (!plugin.providers.length) return nothing;
    return html`<section class="card" aria-labelledby="plugin-providers">
      <div class="card-head"><h2 id="plugin-providers">${t('providers.title')}</h2></div>
      <ul>
        ${plugin.providers.map(
          (provider) =>
            html`<li class="card-head">
              <div class="grow">
                <a class="cell-main" href=${providerPath(provider)}>${provider.name}</a>
                <span class="cell-sub">${tk('kind', provider.kind)}</span>
              </div>
              ${stateCell(provider)}
            </li>`,
        )}
      </ul>
    </section>`;
  }

  /** What it adds to the pages; additions that are wrong are left out and the rest goes on. */
  #report(report: AdditionsReport): unknown {
    return html`<section class="card" aria-labelledby="additions" data-testid="additions">
      <div class="card-head">
        <h2 id="additions">${t('additions.title')}</h2>
        ${status(report.state)}
      </div>
      <div class="card-body">
        ${
          report.state === 'failed'
            ? notice('bad', t('additions.left-out'), reasonText(report.reason))
            : html`<p class="muted">${t('additions.text')}</p>
                ${facts([
                  [t('additions.columns'), String(report.columns)],
                  [t('additions.tiles'), String(report.tiles)],
                  [
                    t('additions.frames'),
                    report.frames.length
                      ? html`<ul>
                          ${report.frames.map(
                            (frame) =>
                              html`<li>
                                ${frame.label} ${badge(tk('slot', frame.slot))}
                                <span class="cell-sub"
                                  >${
                                    frame.reads.length
                                      ? t('additions.reads', {
                                          what: frame.reads.map((each) => tk('reads', each)).join(', '),
                                        })
                                      : t('additions.reads-nothing')
                                  }</span
                                >
                              </li>`,
                          )}
                        </ul>`
                      : '0',
                  ],
                ])}`
        }
      </div>
    </section>`;
  }
}

function noticeTone(state: string): 'info' | 'warn' | 'bad' {
  if (state === 'not_set_up') return 'info';
  return state === 'failed' ? 'bad' : 'warn';
}

define('admin-plugin', PluginPage);
