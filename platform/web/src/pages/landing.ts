import { html, nothing } from 'lit';
import { define, PageView } from '../element';
import { t } from '../i18n';
import { planCard } from '../plan-card';
import { me, site } from '../session';
import { Shelf } from '../shelf';
import { emptyState, icon } from '../ui';

class Landing extends PageView {
  readonly #products = new Shelf(this);

  override render(): unknown {
    const who = me.value;
    return html`<section class="hero">
        <p class="eyebrow">${t('landing.eyebrow')}</p>
        <h1 tabindex="-1">${t('landing.title')}</h1>
        <p class="lead">${t('landing.lead')}</p>
        <div class="actions">
          ${
            who
              ? html`<a class="btn primary big" href="/deploy">${icon('rocket')} ${t('landing.deploy')}</a>
                  <a class="btn big" href="/home">${t('landing.console')}</a>`
              : html`<a class="btn primary big" href="/signup">${t('landing.start')}</a>
                  <a class="btn big" href="/catalog">${t('landing.see')}</a>`
          }
        </div>
        ${!who && site.value?.mode === 'trial' ? html`<p class="small muted">${t('landing.grant')}</p>` : nothing}
      </section>
      <section aria-labelledby="shelf">
        <h2 id="shelf" class="sr">${t('catalog.title')}</h2>
        ${this.#products.show(
          (page) =>
            page.items.length
              ? html`<div class="plans">
                  ${page.items.flatMap((product) => product.plans.slice(0, 3).map((plan) => planCard(product, plan))).slice(0, 6)}
                </div>`
              : emptyState({ icon: 'package', title: t('catalog.empty'), text: t('catalog.empty-text') }),
          { rows: 5 },
        )}
      </section>
      ${this.#products.settled ? this.#points() : nothing}`;
  }

  #points(): unknown {
    return html`<section class="points">
      <div>
        <h2>${icon('scale', 18)} ${t('landing.books')}</h2>
        <p>${t('landing.books-text')}</p>
      </div>
      <div>
        <h2>${icon('shield', 18)} ${t('landing.safe')}</h2>
        <p>${t('landing.safe-text')}</p>
      </div>
      <div>
        <h2>${icon('users', 18)} ${t('landing.coop')}</h2>
        <p>${t('landing.coop-text')}</p>
      </div>
    </section>`;
  }
}

define('page-landing', Landing);
