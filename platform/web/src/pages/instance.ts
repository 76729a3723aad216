import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { get, patch, post } from '../api';
import { Watch } from '../cell';
import { confirmAction, showSecrets } from '../dialogs';
import {
  additions,
  additionsAreKnown,
  additionsFor,
  addedIcon,
  offeringOf,
  valueOf,
  wantAdditions,
  type AddedFrame,
  type Addition,
} from '../contributions';
import { define, PageView, Resource } from '../element';
import { Form, checkField, field, submitButton, valuesOf } from '../forms';
import { clockTime, elapsed } from '../format';
import { actionButton, actionsOf, costs, isBusy, openEndpoint, planName } from '../instance-parts';
import { t, tk } from '../i18n';
import { openStream } from '../live';
import { specs } from '../plan-card';
import { navigate } from '../router';
import { loadBalances } from '../session';
import { settleTasks } from '../tasks';
import { textOf } from '../text';
import { mergeStep } from '../timeline';
import type { Instance, LiveEvent, Order, Step } from '../types';
import {
  amount,
  copyButton,
  emptyState,
  facts,
  icon,
  notice,
  pageHead,
  per,
  reasonText,
  since,
  skeleton,
  status,
  tabs,
  toast,
  toneOf,
  when,
} from '../ui';
import './instance-logs';

interface Line {
  at: string;
  text: string;
  tone: string;
}

const POLL_MS = 2500;
const REFRESH_MS = 60;
const LINES_KEPT = 300;

class InstancePage extends PageView {
  readonly #instance: Resource<Instance> = new Resource(this, async (signal) => {
    const found = await get<Instance>(`/instances/${encodeURIComponent(this.param('id'))}`, signal);
    this.#seen(found);
    return found;
  });
  readonly #rename = new Form(this);
  #steps: Step[] = [];
  #lines: Line[] = [];
  #output: string[] = [];
  #refresh: ReturnType<typeof setTimeout> | undefined;
  #order: Order | undefined;
  #close: () => void = () => undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #up = false;
  #announced = '';
  #lastSaid = 0;
  #terminal = false;
  #frames = false;

  constructor() {
    super();
    new Watch(this, additions as never);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#close = openStream(
      `/instances/${encodeURIComponent(this.param('id'))}/events`,
      (event) => this.#heard(event),
      (up) => {
        this.#up = up;
        this.requestUpdate();
      },
    );
    // Asking is the safety net: behind some proxies no event ever arrives.
    this.#poll = setInterval(() => {
      const state = this.#instance.value?.state;
      if (!this.#up || (state && isBusy(state))) void this.#instance.reload();
    }, POLL_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
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
          for (const step of found.steps ?? []) {
            this.#steps = mergeStep(this.#steps, { ...step }, step.started_at ?? new Date().toISOString());
          }
          this.requestUpdate();
        })
        // The timeline also lives from events; the order only fills in what came before.
        .catch(() => undefined);
    }
  }

  #heard(event: LiveEvent): void {
    const at = textOf(event.data, 'at', 'since', 'ended_at', 'started_at') || new Date().toISOString();
    const say = (text: string, tone = 'off'): void => {
      this.#lines = [...this.#lines, { at, text, tone }].slice(-LINES_KEPT);
      this.#announce(text);
    };
    if (event.event === 'step') {
      this.#steps = mergeStep(this.#steps, event.data, at);
      const state = textOf(event.data, 'state');
      say(`${tk('step', textOf(event.data, 'name', 'step'))}: ${tk('state', state)}`, toneOf(state));
    } else if (event.event === 'state') {
      const state = textOf(event.data, 'state');
      const reason = reasonText(event.data['reason'] as Instance['reason']);
      say(reason ? `${tk('state', state)} – ${reason}` : tk('state', state), toneOf(state));
      this.#refreshSoon();
    } else if (event.event === 'log') {
      this.#output = [...this.#output, textOf(event.data, 'text', 'line')].slice(-LINES_KEPT);
    }
    this.requestUpdate();
  }

  /** A stream that replays brings many changes at once: one question answers them all. */
  #refreshSoon(): void {
    clearTimeout(this.#refresh);
    this.#refresh = setTimeout(() => {
      void this.#instance.reload();
      void loadBalances();
    }, REFRESH_MS);
  }

  /** Screen readers hear at most one message a second. */
  #announce(text: string): void {
    const now = Date.now();
    if (now - this.#lastSaid < 1000) return;
    this.#lastSaid = now;
    this.#announced = text;
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
        return this.#events();
      case 'settings':
        return this.#settings(instance);
      default:
        if (tab.includes('.')) return this.#frame(tab, instance);
        return html`${watching || isBusy(instance.state) || instance.state === 'failed' ? this.#timeline(instance) : nothing}
        ${this.#overview(instance)}`;
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

  #timeline(instance: Instance): unknown {
    const running = instance.state === 'running';
    const failed = instance.state === 'failed';
    const steps = this.#steps;
    return html`<section class="card" aria-labelledby="timeline-title" data-testid="timeline">
      <div class="card-head">
        <div>
          <h2 id="timeline-title">
            ${running ? t('timeline.ready') : failed ? t('timeline.failed') : t('timeline.title')}
          </h2>
          <p>
            ${running ? t('timeline.ready-text') : failed ? t('timeline.failed-text') : t('timeline.text')}
          </p>
        </div>
        ${running ? this.#openButton(instance, 'primary') : nothing}
        ${failed ? html`<a class="btn primary" href="/deploy">${t('timeline.again')}</a>` : nothing}
      </div>
      <div class="card-body">
        <div role="log" aria-live="off" aria-label=${t('timeline.steps')}>
          <ol class="timeline">
            ${steps.map(
              (step) =>
                html`<li class=${toneOf(step.state)}>
                  <span class="mark">${this.#mark(step.state)}</span>
                  <div>
                    <strong>${tk('step', step.name)}</strong>
                    <span class="cell-sub">
                      ${tk('state', step.state)}${
                        step.started_at && step.ended_at
                          ? ` · ${elapsed(Math.max(0, Date.parse(step.ended_at) - Date.parse(step.started_at)))}`
                          : ''
                      }${step.detail ? ` · ${step.detail}` : ''}
                    </span>
                  </div>
                </li>`,
            )}
            ${
              running
                ? html`<li class="ok">
                    <span class="mark">${icon('check', 14)}</span>
                    <div><strong>${tk('state', 'running')}</strong></div>
                  </li>`
                : failed
                  ? html`<li class="bad">
                      <span class="mark">${icon('x', 14)}</span>
                      <div>
                        <strong>${tk('state', 'failed')}</strong
                        ><span class="cell-sub">${reasonText(instance.reason)}</span>
                      </div>
                    </li>`
                  : html`<li class="busy">
                      <span class="mark"><span class="spin">${icon('loader', 14)}</span></span>
                      <div>
                        <strong>${tk('state', instance.state)}</strong
                        ><span class="cell-sub"
                          >${this.#up ? t('timeline.live') : t('timeline.polling')}</span
                        >
                      </div>
                    </li>`
            }
          </ol>
        </div>
        <p class="sr" role="status" aria-live="polite">${this.#announced}</p>
        ${
          this.#output.length
            ? html`<details>
                <summary>${t('timeline.output')}</summary>
                <pre class="snippet" tabindex="0" aria-label=${t('timeline.output')}>
${this.#output.join('\n')}</pre>
              </details>`
            : nothing
        }
        ${failed && this.#order ? html`<p class="small">${t('timeline.refund')} <a href="/wallet">${t('nav.wallet')}</a></p>` : nothing}
      </div>
    </section>`;
  }

  #mark(state: string): unknown {
    const tone = toneOf(state);
    if (tone === 'ok') return icon('check', 14);
    if (tone === 'bad') return icon('x', 14);
    return tone === 'busy' || state === 'running'
      ? html`<span class="spin">${icon('loader', 14)}</span>`
      : icon('clock', 14);
  }

  #openButton(instance: Instance, kind = ''): unknown {
    const web = instance.endpoints?.find((each) => each.kind === 'http' || each.kind === 'https');
    return web
      ? html`<button
          class="btn ${kind}"
          type="button"
          data-testid="open"
          @click=${() => void openEndpoint(instance, web)}
        >
          ${icon('external-link')} ${t('action.open')}
        </button>`
      : nothing;
  }

  #overview(instance: Instance): unknown {
    const plan = typeof instance.plan === 'object' ? instance.plan : undefined;
    const running = instance.state === 'running';
    const endpoints = instance.endpoints ?? [];
    return html`<section class="card" aria-labelledby="connect-title">
        <div class="card-head">
          <div>
            <h2 id="connect-title">${t('connect.title')}</h2>
            <p>${running ? t('connect.text') : t('connect.not-running')}</p>
          </div>
          ${
            instance.has_credentials && !isBusy(instance.state)
              ? html`<button
                  class="btn"
                  type="button"
                  data-testid="reveal"
                  @click=${() => void this.#reveal(instance)}
                >
                  ${icon('eye')} ${t('connect.reveal')}
                </button>`
              : nothing
          }
        </div>
        <div class="card-body connect">
          ${
            endpoints.length
              ? endpoints.map(
                  (endpoint) =>
                    html`<div class="endpoint">
                      ${instance.public ? badgePublic() : html`<span class="badge">${icon('lock', 12)} ${t('connect.private')}</span>`}
                      <span class="grow"
                        ><strong>${endpoint.name}</strong>
                        <code>${endpoint.url ?? `${endpoint.kind}:${endpoint.port ?? ''}`}</code></span
                      >
                      ${endpoint.url ? copyButton(endpoint.url, endpoint.name) : html`<span class="small muted">${t('connect.inside')}</span>`}
                      ${
                        running && endpoint.url
                          ? html`<button
                              class="btn sm"
                              type="button"
                              @click=${() => void openEndpoint(instance, endpoint)}
                            >
                              ${icon('external-link', 14)} ${t('action.open')}
                            </button>`
                          : nothing
                      }
                    </div>`,
                )
              : html`<p class="muted">${t('connect.none')}</p>`
          }
          ${
            running && (!instance.capabilities || instance.capabilities.includes('console'))
              ? html`<p>
                  <a class="btn" href="/instances/${instance.id}?tab=console"
                    >${icon('terminal')} ${t('connect.console')}</a
                  >
                </p>`
              : nothing
          }
        </div>
      </section>
      <section class="card card-body" aria-labelledby="facts-title">
        <h2 id="facts-title">${t('instance.facts')}</h2>
        ${facts([
          [t('instance.plan'), planName(instance.plan)],
          ...additionsFor(offeringOf(instance)).flatMap((addition) =>
            addition.columns
              .map((column): [string, unknown] => [column.label, valueOf(addition, column, instance)])
              .filter(([, value]) => value !== ''),
          ),
          [
            t('instance.cost'),
            html`<a href="/wallet?instance=${instance.id}">${costs(instance.cost_so_far)}</a>`,
          ],
          ...(instance.price
            ? ([[t('instance.price'), html`${amount(instance.price)} / ${per(instance.price.per)}`]] as [
                string,
                unknown,
              ][])
            : []),
          ...(instance.expires_at
            ? ([[t('instance.expires'), when(instance.expires_at)]] as [string, unknown][])
            : []),
          ...(instance.created_at
            ? ([[t('instance.created'), when(instance.created_at)]] as [string, unknown][])
            : []),
          [t('instance.id'), html`<code>${instance.id}</code>`],
          ...(instance.order_id
            ? ([[t('instance.order'), html`<code>${instance.order_id}</code>`]] as [string, unknown][])
            : []),
        ])}
        ${plan?.resources ? specs(plan.resources, true) : nothing}
      </section>`;
  }

  async #reveal(instance: Instance): Promise<void> {
    await confirmAction({
      title: t('reveal.title'),
      body: html`<p>${t('reveal.text')}</p>`,
      action: t('reveal.action'),
      run: async () => {
        const answer = await post<{ items: { name: string; label?: string; value: string }[] }>(
          `/instances/${encodeURIComponent(instance.id)}/credentials/reveal`,
          {},
        );
        return answer.items;
      },
    }).then(async (items) => {
      if (items) await showSecrets(t('reveal.shown'), items, t('reveal.note'));
    });
    await this.#instance.reload();
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

  #events(): unknown {
    if (!this.#lines.length && !this.#steps.length) {
      return html`<div class="card">
        ${emptyState({ icon: 'history', title: t('events.empty'), text: t('events.empty-text') })}
      </div>`;
    }
    return html`<section class="card card-body" aria-label=${t('tab.events')}>
      <div role="log" aria-live="off" aria-label=${t('tab.events')}>
        <ol class="log">
          ${(this.#lines.length
            ? this.#lines
            : this.#steps.map((step) => ({
                at: step.ended_at ?? step.started_at ?? '',
                text: `${tk('step', step.name)}: ${tk('state', step.state)}`,
                tone: toneOf(step.state),
              }))
          ).map(
            (line) =>
              html`<li class=${line.tone}>
                <time datetime=${line.at}>${line.at ? clockTime(line.at) : ''}</time>
                <span class="dot"></span> ${line.text}
              </li>`,
          )}
        </ol>
      </div>
    </section>`;
  }

  #settings(instance: Instance): unknown {
    const config = Object.entries(instance.config ?? {});
    const possible = actionsOf(instance);
    return html`<section class="card card-body" aria-labelledby="rename-title">
        <h2 id="rename-title">${t('settings.general')}</h2>
        <form class="form" novalidate @submit=${(event: Event) => void this.#save(event, instance)}>
          ${field(this.#rename, { pointer: '/name', label: t('deploy.name'), value: instance.name, required: true, maxlength: 40 })}
          ${
            instance.endpoints?.length
              ? checkField(this.#rename, {
                  pointer: '/public',
                  label: t('settings.public'),
                  hint: t('settings.public-hint'),
                  checked: instance.public === true,
                })
              : nothing
          }
          ${this.#rename.summary()}
          <div>${submitButton(this.#rename, t('action.save'))}</div>
        </form>
      </section>
      ${
        config.length
          ? html`<section class="card card-body" aria-labelledby="config-title">
              <h2 id="config-title">${t('settings.config')}</h2>
              ${facts(
                config.map(([name, value]) => [
                  tk('field', name),
                  html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`,
                ]),
              )}
            </section>`
          : nothing
      }
      <section class="card card-body danger-zone" aria-labelledby="danger-title">
        <h2 id="danger-title">${t('settings.danger')}</h2>
        ${
          possible.includes('stop')
            ? html`<div class="danger-row">
                <div class="grow">
                  <h3>${t('action.stop')}</h3>
                  <p class="muted">${t('stop.what')}</p>
                </div>
                ${actionButton(instance, 'stop', () => void this.#instance.reload())}
              </div>`
            : nothing
        }
        <div class="danger-row">
          <div class="grow">
            <h3>${t('action.delete')}</h3>
            <p class="muted">${t('delete.summary')}</p>
          </div>
          ${
            possible.includes('delete')
              ? actionButton(instance, 'delete', () => {
                  toast(t('delete.sent', { name: instance.name }), 'info');
                  navigate('/instances');
                })
              : html`<p class="small muted">${t('delete.not-now')}</p>`
          }
        </div>
      </section>`;
  }

  async #save(event: Event, instance: Instance): Promise<void> {
    const values = valuesOf(event);
    const changes: Record<string, unknown> = {};
    if (values['name'] !== undefined && values['name'].trim() !== instance.name)
      changes['name'] = values['name'].trim();
    const wasPublic = instance.public === true;
    const isPublic = values['public'] === 'on';
    if (instance.endpoints?.length && wasPublic !== isPublic) changes['public'] = isPublic;
    const done = await this.#rename.submit(event, async () => {
      if (Object.keys(changes).length) await patch(`/instances/${encodeURIComponent(instance.id)}`, changes);
      return true;
    });
    if (!done) return;
    toast(t('action.saved'));
    await this.#instance.reload();
  }
}

/** The address of a plugin's tab; none of our own has a dot. */
function tabOf(addition: Addition, frame: AddedFrame): string {
  return `${addition.plugin}.${frame.id}`;
}

function badgePublic(): unknown {
  return html`<span class="badge warn">${icon('globe', 12)} ${t('connect.public')}</span>`;
}

define('page-instance', InstancePage);
