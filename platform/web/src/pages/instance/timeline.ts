import { html, nothing } from 'lit';
import { clockTime, elapsed } from '../../format';
import { t, tk } from '../../i18n';
import { openEndpoint } from '../../instance-parts';
import type { Instance } from '../../types';
import { emptyState, icon, reasonText, toneOf } from '../../ui';
import type { Story } from './story';

/** The way of an order to a running machine. */
export function timeline(instance: Instance, story: Story, refundable: boolean): unknown {
  const running = instance.state === 'running';
  const failed = instance.state === 'failed';
  return html`<section class="card" aria-labelledby="timeline-title" data-testid="timeline">
    <div class="card-head">
      <div>
        <h2 id="timeline-title">
          ${running ? t('timeline.ready') : failed ? t('timeline.failed') : t('timeline.title')}
        </h2>
        <p>${running ? t('timeline.ready-text') : failed ? t('timeline.failed-text') : t('timeline.text')}</p>
      </div>
      ${running ? openButton(instance, 'primary') : nothing}
      ${failed ? html`<a class="btn primary" href="/deploy">${t('timeline.again')}</a>` : nothing}
    </div>
    <div class="card-body">
      <div role="log" aria-live="off" aria-label=${t('timeline.steps')}>
        <ol class="timeline">
          ${story.steps.map(
            (step) =>
              html`<li class=${toneOf(step.state)}>
                <span class="mark">${mark(step.state)}</span>
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
                        >${story.live ? t('timeline.live') : t('timeline.polling')}</span
                      >
                    </div>
                  </li>`
          }
        </ol>
      </div>
      <p class="sr" role="status" aria-live="polite">${story.announced}</p>
      ${
        story.output.length
          ? html`<details>
              <summary>${t('timeline.output')}</summary>
              <pre class="snippet" tabindex="0" aria-label=${t('timeline.output')}>
${story.output.join('\n')}</pre>
            </details>`
          : nothing
      }
      ${failed && refundable ? html`<p class="small">${t('timeline.refund')} <a href="/wallet">${t('nav.wallet')}</a></p>` : nothing}
    </div>
  </section>`;
}

function mark(state: string): unknown {
  const tone = toneOf(state);
  if (tone === 'ok') return icon('check', 14);
  if (tone === 'bad') return icon('x', 14);
  return tone === 'busy' || state === 'running'
    ? html`<span class="spin">${icon('loader', 14)}</span>`
    : icon('clock', 14);
}

function openButton(instance: Instance, kind = ''): unknown {
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

/** What happened since the page was opened; before that, the order's steps. */
export function events(story: Story): unknown {
  if (!story.lines.length && !story.steps.length) {
    return html`<div class="card">
      ${emptyState({ icon: 'history', title: t('events.empty'), text: t('events.empty-text') })}
    </div>`;
  }
  return html`<section class="card card-body" aria-label=${t('tab.events')}>
    <div role="log" aria-live="off" aria-label=${t('tab.events')}>
      <ol class="log">
        ${(story.lines.length
          ? story.lines
          : story.steps.map((step) => ({
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
