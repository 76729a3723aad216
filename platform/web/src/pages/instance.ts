import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { get } from '../api';
import { Watch } from '../cell';
import {
  additions,
  additionsAreKnown,
  additionsFor,
  addedIcon,
  offeringOf,
  wantAdditions,
  type AddedFrame,
  type Addition,
} from '../contributions';
import { define, PageView, Resource } from '../element';
import { actionButton, actionsOf, isBusy, planName } from '../instance-parts';
import { t } from '../i18n';
import { loadBalances } from '../session';
import { settleTasks } from '../tasks';
import type { Instance, Order } from '../types';
import { emptyState, notice, pageHead, reasonText, since, skeleton, status, tabs } from '../ui';
import './instance/logs';
import { overview } from './instance/overview';
import './instance/settings';
import { Story } from './instance/story';
import { events, timeline } from './instance/timeline';

const POLL_MS = 2500;
const REFRESH_MS = 60;

class InstancePage extends PageView {
  readonly #instance: Resource<Instance> = new Resource(this, async (signal) => {
    const found = await get<Instance>(`/instances/${encodeURIComponent(this.param('id'))}`, signal);
    this.#seen(found);
    return found;
  });
  readonly #story = new Story(
    this,
    () => `/instances/${encodeURIComponent(this.param('id'))}/events`,
    () => this.#refreshSoon(),
  );
  #refresh: ReturnType<typeof setTimeout> | undefined;
  #order: Order | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #terminal = false;
  #frames = false;

  constructor() {
    super();
    new Watch(this, additions as never);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Asking is the safety net: behind some proxies no event ever arrives.
    this.#poll = setInterval(() => {
      const state = this.#instance.value?.state;
      if (!this.#story.live || (state && isBusy(state))) void this.#instance.reload();
    }, POLL_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#poll);
    clearTimeout(this.#refresh);
  }

  #seen(instance: Instance): void {
    settleTasks(instance.id, instance.state);
    const order = this.search('order') || instance.order_id;
    if (order && (!this.#order || isBusy(instance.state) || this.#order.state !== 'fulfilled')) {
      get<Order>(`/orders/${encodeURIComponent(order)}`)
        .then((found) => {
          this.#order = found;
          this.#story.fill(found);
        })
        // The timeline also lives from events; the order only fills in what came before.
        .catch(() => undefined);
    }
  }

  /** A stream that replays brings many changes at once: one question answers them all. */
  #refreshSoon(): void {
    clearTimeout(this.#refresh);
    this.#refresh = setTimeout(() => {
      void this.#instance.reload();
      void loadBalances();
    }, REFRESH_MS);
  }

  override render(): unknown {
    wantAdditions();
    const problem = this.#instance.problem;
    if (!this.#instance.value && problem?.status === 404) {
      return emptyState({
        icon: 'search',
        title: t('instance.gone'),
        text: t('instance.gone-text'),
        page: true,
        action: html`<a class="btn primary" href="/instances">${t('nav.instances')}</a>`,
      });
    }
    return this.#instance.show((instance) => this.#page(instance), { rows: 6 });
  }

  #page(instance: Instance): unknown {
    const tab = this.search('tab') || 'overview';
    const base = `/instances/${encodeURIComponent(instance.id)}`;
    const has = (capability: string): boolean =>
      !instance.capabilities || instance.capabilities.includes(capability);
    const watching = this.place.url.searchParams.has('watch');
    const actions = actionsOf(instance).filter((action) => action !== 'delete');
    const reason = reasonText(instance.reason);
    return html`${pageHead({
        back: { href: '/instances', label: t('nav.instances') },
        title: instance.name,
        lead: html`<span class="row">
          <span data-testid="instance-state" data-state=${instance.state}>${status(instance.state)}</span>
          <span class="small">· ${since(instance.since)}</span>
          <span class="small">· ${planName(instance.plan)}</span>
        </span>`,
        actions: actions.map((action) => actionButton(instance, action, () => void this.#instance.reload())),
      })}
      ${
        instance.state !== 'running' && reason
          ? notice(
              instance.state === 'failed'
                ? 'bad'
                : instance.state === 'stopped' || isBusy(instance.state)
                  ? 'info'
                  : 'warn',
              reason,
              this.#next(instance),
            )
          : nothing
      }
      ${instance.owner_balance_note ? notice('warn', instance.owner_balance_note) : nothing}
      ${tabs(t('instance.tabs'), [
        { href: base, label: t('tab.overview'), current: tab === 'overview', icon: 'house' },
        ...(has('logs')
          ? [
              {
                href: `${base}?tab=logs`,
                label: t('tab.logs'),
                current: tab === 'logs',
                icon: 'file-text' as const,
              },
            ]
          : []),
        ...(has('console')
          ? [
              {
                href: `${base}?tab=console`,
                label: t('tab.console'),
                current: tab === 'console',
                icon: 'terminal' as const,
              },
            ]
          : []),
        ...this.#tabFrames(instance).map(({ addition, frame }) => ({
          href: `${base}?tab=${tabOf(addition, frame)}`,
          label: frame.label,
          current: tab === tabOf(addition, frame),
          drawing: addedIcon(frame.icon ?? addition.icon ?? 'plug', 15),
        })),
        { href: `${base}?tab=events`, label: t('tab.events'), current: tab === 'events', icon: 'history' },
        {
          href: `${base}?tab=settings`,
          label: t('tab.settings'),
          current: tab === 'settings',
          icon: 'settings',
        },
      ])}
      <div class="stack">${this.#tab(tab, instance, watching)}</div>`;
  }

  #tab(tab: string, instance: Instance, watching: boolean): unknown {
    switch (tab) {
      case 'logs':
        return html`<instance-logs .instanceId=${instance.id}></instance-logs>`;
      case 'console':
        return this.#console(instance);
      case 'events':
        return events(this.#story);
      case 'settings':
        return html`<instance-settings
          class="stack"
          .instance=${instance}
          .reload=${() => void this.#instance.reload()}
        ></instance-settings>`;
      default:
        if (tab.includes('.')) return this.#frame(tab, instance);
        return html`${watching || isBusy(instance.state) || instance.state === 'failed' ? timeline(instance, this.#story, this.#order !== undefined) : nothing}
        ${overview(instance, () => void this.#instance.reload())}`;
    }
  }

  #tabFrames(instance: Instance): { addition: Addition; frame: AddedFrame }[] {
    return additionsFor(offeringOf(instance)).flatMap((addition) =>
      addition.frames.filter((frame) => frame.slot === 'instance.tab').map((frame) => ({ addition, frame })),
    );
  }

  /** A page of the plugin the machine comes from. */
  #frame(tab: string, instance: Instance): unknown {
    const found = this.#tabFrames(instance).find(({ addition, frame }) => tab === tabOf(addition, frame));
    if (!found && !additionsAreKnown()) return skeleton(4);
    if (!found) {
      return html`<div class="card">
        ${emptyState({ icon: 'plug', title: t('frame.gone'), text: t('frame.gone-text') })}
      </div>`;
    }
    // The element is put on the page once it is known: one that is upgraded later forgets what it was given.
    if (!this.#frames) {
      void import('../plugin-frame').then(({ definePluginFrame }) => {
        definePluginFrame();
        this.#frames = true;
        this.requestUpdate();
      });
      return skeleton(4);
    }
    return keyed(
      found.frame.src,
      html`<plugin-frame
        .plugin=${found.addition.plugin}
        .name=${found.addition.title}
        .frame=${found.frame}
        .instance=${instance}
      ></plugin-frame>`,
    );
  }

  /** Who has to do what next. */
  #next(instance: Instance): string {
    if (isBusy(instance.state)) return t('next.wait');
    switch (instance.state) {
      case 'failed':
        return t('next.failed');
      case 'stopped':
        return t('next.stopped');
      case 'suspended':
        return t('next.suspended');
      case 'unknown':
        return t('next.unknown');
      default:
        return '';
    }
  }

  #console(instance: Instance): unknown {
    if (instance.state !== 'running') {
      return html`<div class="card">
        ${emptyState({ icon: 'terminal', title: t('console.not-running'), text: t('console.not-running-text') })}
      </div>`;
    }
    // The element is put on the page once it is known: one that is upgraded later forgets what it was given.
    if (!this.#terminal) {
      void import('../terminal').then(({ defineTerminal }) => {
        defineTerminal();
        this.#terminal = true;
        this.requestUpdate();
      });
      return skeleton(8);
    }
    return html`<instance-terminal .instanceId=${instance.id}></instance-terminal>
      <p class="small muted">
        ${t('console.alternative')} <a href="/instances/${instance.id}?tab=logs">${t('tab.logs')}</a>
      </p>`;
  }
}

/** The address of a plugin's tab; none of our own has a dot. */
function tabOf(addition: Addition, frame: AddedFrame): string {
  return `${addition.plugin}.${frame.id}`;
}

define('page-instance', InstancePage);
