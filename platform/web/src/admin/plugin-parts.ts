import { html, nothing } from 'lit';
import { call, post, remove } from '../api';
import { confirmAction } from '../dialogs';
import { t, tk, type Key } from '../i18n';
import { Problem } from '../problem';
import type { Reason } from '../types';
import { isSuperAdmin } from '../session';
import { badge, facts, icon, reasonText, status, tabs, toast, toneOf } from '../ui';

export interface PluginProvider {
  kind: string;
  name: string;
  state: string;
  reason?: Reason | string | null;
}

export interface Condition {
  type: string;
  met: boolean;
  reason?: Reason | string | null;
}

export interface Finding {
  kind: string;
  text: string;
  classes: number;
  places: string[];
}

/** What letting a plugin run means. */
export interface Consent {
  kinds: string[];
  hosts: string[];
  findings: Finding[];
  sha256: string;
}

export interface Plugin {
  id: string;
  file?: string;
  version: string;
  /** What it should do; a host that does not say wants what it sees. */
  desired?: string;
  state: string;
  reason?: Reason | string | null;
  conditions?: Condition[];
  since?: string;
  kinds: string[];
  sha256: string;
  signature: string;
  publisher?: string;
  approved?: boolean;
  consent?: Consent;
  /** What it can be rolled back to. */
  earlier?: Earlier;
  providers: PluginProvider[];
}

/** A version that ran here before. */
export interface Earlier {
  version: string;
  sha256: string;
}

export interface PluginList {
  items: Plugin[];
  /** `locked`, `ask` or `open`: what happens to plugins that are new here. */
  policy?: string;
  /** Whether jars may be sent from the browser. */
  upload?: boolean;
}

/** What a plugin adds to the pages, or why it was left out. */
export interface AdditionsReport {
  plugin: string;
  version: string;
  state: string;
  reason?: Reason | null;
  columns: number;
  tiles: number;
  frames: { id: string; slot: string; label: string; reads: string[] }[];
}

export function isOff(plugin: Plugin): boolean {
  return plugin.state === 'disabled' || plugin.state === 'closed';
}

/** Something that an operator has to decide or look at. */
export function wantsAttention(plugin: Plugin): boolean {
  return plugin.consent !== undefined || ['failed', 'degraded', 'blocked'].includes(plugin.state);
}

/** A file that holds another version than the one that runs. */
export function isUpdate(plugin: Plugin): boolean {
  return plugin.conditions?.some((each) => each.type === 'current' && !each.met) ?? false;
}

/** Why a plugin is as it is: its own reason, or that of a provider that holds it back. */
export function reasonOf(plugin: Plugin): string {
  const own = reasonText(plugin.reason);
  if (own || !['degraded', 'not_set_up'].includes(plugin.state)) return own;
  const weak = plugin.providers.find((each) => each.state !== 'ready');
  return weak ? `${weak.name}: ${reasonText(weak.reason) || tk('state', weak.state)}` : '';
}

export function pluginPath(id: string): string {
  return `/admin/plugins/${encodeURIComponent(id)}`;
}

export function providerPath(provider: { kind: string; name: string }): string {
  return `/admin/providers/${encodeURIComponent(provider.kind)}/${encodeURIComponent(provider.name)}`;
}

export function signatureBadge(plugin: Plugin): unknown {
  return html`${badge(tk('signature', plugin.signature), toneOf(plugin.signature))}
  ${plugin.approved ? badge(t('signature.approved'), 'ok') : nothing}`;
}

export function stateCell(
  row: { state: string; reason?: Reason | string | null },
  reason = reasonText(row.reason),
): unknown {
  return html`<div>
    ${status(row.state)}${reason ? html`<span class="cell-sub">${reason}</span>` : nothing}
  </div>`;
}

export function pluginTabs(current: string, updates?: number): unknown {
  const entry = (
    tab: string,
    label: string,
    drawing: 'plug' | 'refresh-cw' | 'settings' | 'list-checks',
  ) => ({
    href: tab ? `/admin/plugins?tab=${tab}` : '/admin/plugins',
    label,
    current: current === tab,
    icon: drawing,
  });
  return tabs(t('nav.plugins'), [
    entry('', t('plugins.installed'), 'plug'),
    entry(
      'updates',
      updates ? t('plugins.updates-count', { count: updates }) : t('plugins.updates'),
      'refresh-cw',
    ),
    entry('points', t('points.title'), 'list-checks'),
    entry('providers', t('providers.title'), 'settings'),
  ]);
}

/** Does something to a plugin; resolves once the list has to be asked again. */
export async function actOn(plugin: Plugin, action: 'enable' | 'disable' | 'reload'): Promise<void> {
  const path = `${pluginPath(plugin.id)}/actions/${action}`;
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
    return;
  }
  try {
    await post(path, {});
    toast(t('plugins.asked'), 'info');
  } catch (cause) {
    const problem = Problem.from(cause);
    toast(problem.detail || problem.title, 'bad');
  }
}

export async function removePlugin(plugin: Plugin): Promise<boolean> {
  return (
    (await confirmAction({
      title: t('plugins.remove-title', { name: plugin.id }),
      body: html`<p>${t('plugins.remove-text')}</p>`,
      action: t('plugins.remove'),
      danger: true,
      type: plugin.id,
      run: (intent) => remove(pluginPath(plugin.id), { intent }).then(() => true),
    })) ?? false
  );
}

/** Puts exactly the version that was shown in the place of the one that is there. */
async function rollBack(plugin: Plugin, earlier: Earlier): Promise<void> {
  const { version } = earlier;
  const name = plugin.id;
  const waits = isUpdate(plugin);
  await confirmAction({
    title: waits ? t('rollback.keep-title', { name, version }) : t('rollback.title', { name, version }),
    body: html`<p>
        ${waits ? t('rollback.keep-text', { version }) : t('rollback.text', { version, now: plugin.version })}
      </p>
      <p>${t('rollback.sold')}</p>
      ${facts([
        [t('consent.file'), html`<code class="break">${plugin.file ?? '–'}</code>`],
        ['SHA-256', html`<code class="small break">${earlier.sha256}</code>`],
      ])}`,
    action: rollbackLabel(plugin, earlier),
    run: (intent) =>
      post(`${pluginPath(plugin.id)}/actions/rollback`, { sha256: earlier.sha256 }, intent).then(() => true),
  });
}

function rollbackLabel(plugin: Plugin, { version }: Earlier): string {
  return isUpdate(plugin) ? t('rollback.keep', { version }) : t('rollback.action', { version });
}

/** Offers the way back where a version is kept, to whoever may decide what runs. */
export function rollbackButton(plugin: Plugin, done: () => void, small: boolean): unknown {
  const { earlier } = plugin;
  if (!earlier || !isSuperAdmin()) return nothing;
  const label = rollbackLabel(plugin, earlier);
  return html`<button
    class="btn ${small ? 'sm' : ''}"
    type="button"
    aria-label=${`${label}: ${plugin.id}`}
    @click=${() => void rollBack(plugin, earlier).then(done)}
  >
    ${icon('history', small ? 14 : 16)} ${label}
  </button>`;
}

/** Lets exactly the file run that was shown. */
export async function approvePlugin(plugin: Plugin, consent: Consent): Promise<boolean> {
  return (
    (await confirmAction({
      title: t('consent.approve-title', { name: plugin.id, version: plugin.version }),
      body: html`<p>${t('consent.rights')}</p>
        <p>${t('consent.approve-text')}</p>
        <p><code class="small">${consent.sha256}</code></p>`,
      action: t('consent.approve'),
      run: (intent) =>
        call('POST', `${pluginPath(plugin.id)}/actions/approve`, {
          body: { sha256: consent.sha256 },
          intent,
        }).then(() => true),
    })) ?? false
  );
}

/** One button per thing that can be done to a plugin now. */
export function pluginButtons(plugin: Plugin, done: () => void, small: boolean): unknown {
  const size = small ? 'sm' : '';
  const button = (
    action: 'enable' | 'disable' | 'reload',
    drawing: 'play' | 'square' | 'rotate-cw',
  ): unknown =>
    html`<button
      class="btn ${size} ${small && action === 'reload' ? 'icon-only' : ''}"
      type="button"
      title=${t(`plugins.${action}` as Key)}
      aria-label=${`${t(`plugins.${action}` as Key)} ${plugin.id}`}
      @click=${() => void actOn(plugin, action).then(done)}
    >
      ${icon(drawing, small ? 14 : 16)}
      ${small && action === 'reload' ? nothing : t(`plugins.${action}` as Key)}
    </button>`;
  return isOff(plugin)
    ? button('enable', 'play')
    : [button('disable', 'square'), button('reload', 'rotate-cw')];
}
