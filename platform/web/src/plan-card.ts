import { html, nothing, type TemplateResult } from 'lit';
import { query } from './api';
import { memory, number } from './format';
import { t } from './i18n';
import type { Plan, Product, Resources } from './types';
import { amount, badge, icon, per, reasonText } from './ui';

export function isAvailable(plan: Plan): boolean {
  return (
    plan.available === undefined ||
    plan.available === true ||
    (typeof plan.available === 'number' && plan.available > 0)
  );
}

export function specText(resources: Resources): string {
  return [
    t('spec.vcpu', { count: resources.vcpu }),
    memory(resources.memory_mb),
    t('spec.disk', { size: number(resources.disk_gb) }),
  ].join(' · ');
}

export function specs(resources: Resources, inline = false): TemplateResult {
  return html`<ul class="spec ${inline ? 'inline' : ''}">
    <li>${icon('cpu')} ${t('spec.vcpu', { count: resources.vcpu })}</li>
    <li>${icon('memory-stick')} ${t('spec.memory', { size: memory(resources.memory_mb) })}</li>
    <li>${icon('hard-drive')} ${t('spec.disk', { size: number(resources.disk_gb) })}</li>
  </ul>`;
}

export function planCard(product: Product, plan: Plan): TemplateResult {
  const [price, ...others] = plan.prices;
  const free = isAvailable(plan);
  const name = `${product.name} ${plan.name}`;
  return html`<article class="card plan" data-testid="plan-${plan.code}">
    <div>
      <div class="row between">
        <h3>${name}</h3>
        ${free ? badge(t('plan.available'), 'ok') : badge(t('plan.sold-out'), 'warn')}
      </div>
    </div>
    ${
      price
        ? html`<p class="price">${amount(price)} <span class="muted">/ ${per(price.per)}</span></p>`
        : html`<p class="price muted">${t('plan.no-price')}</p>`
    }
    ${specs(plan.resources)}
    ${
      others.length
        ? html`<p class="small muted">
            ${t('plan.or')}
            ${others.map((other, index) => html`${index ? ', ' : ''}${amount(other)} / ${per(other.per)}`)}
          </p>`
        : nothing
    }
    ${
      free
        ? html`<a
            class="btn primary wide"
            href=${query('/deploy', { product: product.slug, plan: plan.code })}
            aria-label=${t('plan.deploy-name', { name })}
            >${t('plan.deploy')}</a
          >`
        : html`<p class="small muted">${reasonText(plan.reason) || t('plan.sold-out-text')}</p>`
    }
  </article>`;
}
