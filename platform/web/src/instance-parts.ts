import { html, nothing, type TemplateResult } from 'lit';
import { call, post } from './api';
import { confirmAction } from './dialogs';
import { t, tk, type Key } from './i18n';
import { Problem } from './problem';
import { startTask } from './tasks';
import type { Endpoint, Instance, PlanRef } from './types';
import type { Money } from './format';
import type { IconName } from './icon-names';
import { amount, icon, per, toast } from './ui';

export function planName(plan: PlanRef | string | undefined | null): string {
  if (!plan) return '–';
  if (typeof plan === 'string') return plan;
  const product = plan.product_name ?? plan.product;
  const name = plan.name ?? plan.code ?? '–';
  return product && !name.includes(product) ? `${product} ${name}` : name;
}

export function costs(value: Money | Money[] | null | undefined): TemplateResult | string {
  const all = value ? (Array.isArray(value) ? value : [value]) : [];
  if (!all.length) return '–';
  return html`${all.map((each, index) => html`${index ? ' + ' : ''}${amount(each)}`)}`;
}

/** What it has cost, and what it goes on costing. */
export function costAndPrice(instance: Instance): TemplateResult {
  return html`<div>
    ${costs(instance.cost_so_far)}${
      instance.price
        ? html`<span class="cell-sub">${amount(instance.price)} / ${per(instance.price.per)}</span>`
        : nothing
    }
  </div>`;
}

const busyStates = new Set(['requested', 'provisioning', 'terminating', 'recovering']);

export function isBusy(state: string): boolean {
  return busyStates.has(state);
}

/** What can be done now: the server says it, or the state implies it. */
export function actionsOf(instance: Instance): string[] {
  if (instance.actions) return instance.actions;
  switch (instance.state) {
    case 'running':
      return ['stop', 'restart', 'delete'];
    case 'stopped':
    case 'suspended':
      return ['start', 'delete'];
    case 'failed':
    case 'unknown':
      return ['delete'];
    default:
      return [];
  }
}

export const actionIcons: Record<string, IconName> = {
  start: 'play',
  stop: 'square',
  restart: 'rotate-cw',
  renew: 'refresh-cw',
  delete: 'trash-2',
};

/** The task drawer has to find its task by the instance, so the label is kept with it. */
async function send(instance: Instance, action: string, intent: Parameters<typeof post>[2]): Promise<true> {
  const path = `/instances/${encodeURIComponent(instance.id)}`;
  const answer =
    action === 'delete'
      ? (await call<{ job_id?: string } | undefined>('DELETE', path, intent ? { intent } : {})).data
      : await post<{ job_id?: string } | undefined>(`${path}/actions/${action}`, {}, intent);
  startTask(answer?.job_id ?? `${action}-${instance.id}-${Date.now()}`, action, instance.name, instance.id);
  return true;
}

/** Does the action, after asking when it costs or loses something. Resolves to true once the server took it. */
export async function act(instance: Instance, action: string): Promise<boolean> {
  const hourly = instance.price?.per === 'hour' || (!instance.expires_at && !instance.price);
  const rate = instance.price ? html`${amount(instance.price)} / ${per(instance.price.per)}` : nothing;
  if (action === 'delete') {
    return (
      (await confirmAction({
        title: t('delete.title', { name: instance.name }),
        danger: true,
        type: instance.name,
        action: t('delete.action'),
        body: html`<p>${t('delete.lost')}</p>
          <ul>
            <li>${t('delete.disk')}</li>
            <li>${t('delete.address')}</li>
            <li>${hourly ? t('delete.hourly') : t('delete.slot')}</li>
          </ul>`,
        run: (intent) => send(instance, action, intent),
      })) ?? false
    );
  }
  if (action === 'stop') {
    return (
      (await confirmAction({
        title: t('stop.title', { name: instance.name }),
        action: t('action.stop'),
        body: html`<p>${t('stop.what')}</p>
          <p>${hourly ? t('stop.hourly') : t('stop.slot')} ${rate}</p>`,
        run: (intent) => send(instance, action, intent),
      })) ?? false
    );
  }
  if (action === 'renew') {
    return (
      (await confirmAction({
        title: t('renew.title', { name: instance.name }),
        action: instance.price ? t('renew.action') : t('action.renew'),
        body: html`<p>${t('renew.what')} ${rate}</p>`,
        run: (intent) => send(instance, action, intent),
      })) ?? false
    );
  }
  try {
    await send(instance, action, undefined);
    toast(t('task.sent-what', { action: tk('action', action), name: instance.name }), 'info');
    return true;
  } catch (cause) {
    const problem = Problem.from(cause);
    toast(problem.detail || problem.title, 'bad');
    return false;
  }
}

export function actionButton(instance: Instance, action: string, done: () => void): TemplateResult {
  return html`<button
    class="btn ${action === 'delete' ? 'danger-quiet' : ''}"
    type="button"
    data-testid="action-${action}"
    @click=${async () => {
      if (await act(instance, action)) done();
    }}
  >
    ${icon(actionIcons[action] ?? 'ellipsis')} ${t(`action.${action}` as Key)}
  </button>`;
}

/** Opens an endpoint in a new tab with a one-time address, so that the session cookie never leaves this origin. */
export async function openEndpoint(instance: Instance, endpoint: Endpoint): Promise<void> {
  // The tab is opened inside the click, before any waiting, or the browser would block it.
  const tab = window.open('', '_blank');
  try {
    let url = endpoint.url;
    if (!instance.public) {
      const name = encodeURIComponent(endpoint.name);
      url = (
        await post<{ url: string }>(
          `/instances/${encodeURIComponent(instance.id)}/endpoints/${name}/ticket`,
          {},
        )
      ).url;
    }
    if (!url || !/^https?:\/\//.test(url))
      throw new Problem(0, { code: 'client', title: t('problem.title'), detail: url ?? '' });
    if (tab) {
      tab.opener = null;
      tab.location.href = url;
    } else location.assign(url);
  } catch (cause) {
    tab?.close();
    const problem = Problem.from(cause);
    toast(problem.detail || problem.title, 'bad');
  }
}
