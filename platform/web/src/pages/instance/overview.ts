import { html, nothing } from 'lit';
import { post } from '../../api';
import { additionsFor, offeringOf, valueOf } from '../../contributions';
import { confirmAction, showSecrets } from '../../dialogs';
import { t } from '../../i18n';
import { costs, isBusy, openEndpoint, planName } from '../../instance-parts';
import { specs } from '../../plan-card';
import type { Instance } from '../../types';
import { amount, copyButton, facts, icon, per, when } from '../../ui';

/** How to reach a machine, and what it is. */
export function overview(instance: Instance, reload: () => void): unknown {
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
                @click=${() => void reveal(instance).then(reload)}
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

async function reveal(instance: Instance): Promise<void> {
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
}

function badgePublic(): unknown {
  return html`<span class="badge warn">${icon('globe', 12)} ${t('connect.public')}</span>`;
}
