import { html, nothing } from 'lit';
import { call, get, post, put } from '../api';
import { openDialog } from '../dialogs';
import { define, PageView, Resource } from '../element';
import { Form, checkField, field, selectField, submitButton, textField } from '../forms';
import { amountText, assetOf, parseAmount } from '../format';
import { languageNames, languages, t, tk } from '../i18n';
import { inLanguage, localized, type Text } from '../localized';
import { planCard, specText } from '../plan-card';
import { mayWrite, site } from '../session';
import type { Page, Plan, Price, Product, Resources } from '../types';
import { amount, badge, componentName, emptyState, icon, pageHead, per, table, toast } from '../ui';

interface AdminPlan {
  id: string;
  code: string;
  name: Text;
  resources: Resources;
  prices: Price[];
  active?: boolean;
  refund_rule?: string;
  sort?: number;
  version?: number;
}

interface AdminProduct {
  id: string;
  slug: string;
  kind: string;
  blueprint?: string;
  name: Text;
  description: Text;
  active?: boolean;
  sort?: number;
  version?: number;
  config?: Record<string, unknown>;
  plans: AdminPlan[];
}

interface Provider {
  kind: string;
  name: string;
  state: string;
}

const components = ['hour', 'month', 'year', 'slot24h', 'slot168h', 'slot720h', 'setup'];

/** What only a price for use has. */
function useOf(price: Price): Partial<Price> {
  const { unit, included, units_per, at_limit } = price;
  return unit === undefined ? {} : { unit, included, units_per, at_limit };
}

class Products extends PageView {
  readonly #products = new Resource(this, (signal) => get<Page<AdminProduct>>('/admin/products', signal));
  readonly #providers = new Resource(this, (signal) => get<Page<Provider>>('/admin/providers', signal));

  override render(): unknown {
    return html`${pageHead({
      title: t('nav.products'),
      lead: t('products.lead'),
      actions: mayWrite()
        ? html`<button class="btn primary" type="button" @click=${() => void this.#editProduct()}>
            ${icon('plus')} ${t('products.new')}
          </button>`
        : nothing,
    })}
    ${this.#products.show(
      (page) =>
        page.items.length
          ? page.items.map((product) => this.#product(product))
          : html`<div class="card">
              ${emptyState({ icon: 'package', title: t('products.empty'), text: t('products.empty-text') })}
            </div>`,
      { rows: 6 },
    )}`;
  }

  #product(product: AdminProduct): unknown {
    const name = localized(product.name);
    return html`<section class="card" aria-labelledby="product-${product.id}">
      <div class="card-head">
        <div>
          <h2 id="product-${product.id}">
            ${name}
            ${product.active === false ? badge(t('products.hidden'), 'off') : badge(t('products.shown'), 'ok')}
          </h2>
          <p>${localized(product.description)}</p>
        </div>
        ${
          mayWrite()
            ? html`<div class="actions">
                <button
                  class="btn sm"
                  type="button"
                  aria-label=${`${t('action.edit')} ${name}`}
                  @click=${() => void this.#editProduct(product)}
                >
                  ${icon('pencil', 14)} ${t('action.edit')}
                </button>
                <button
                  class="btn sm"
                  type="button"
                  aria-label=${`${t('plans.new')}: ${name}`}
                  @click=${() => void this.#editPlan(product)}
                >
                  ${icon('plus', 14)} ${t('plans.new')}
                </button>
              </div>`
            : nothing
        }
      </div>
      ${
        product.plans.length
          ? table<AdminPlan>({
              caption: `${t('plans.title')}: ${name}`,
              rows: product.plans,
              key: (row) => row.id,
              columns: [
                {
                  label: t('catalog.plan'),
                  cell: (row) =>
                    html`<div>
                      <strong>${localized(row.name)}</strong>
                      ${row.active === false ? badge(t('products.hidden')) : nothing}<span class="cell-sub"
                        ><code>${row.code}</code></span
                      >
                    </div>`,
                },
                { label: t('deploy.size'), cell: (row) => specText(row.resources) },
                {
                  label: t('catalog.prices'),
                  cell: (row) =>
                    html`<div>
                      ${row.prices.map((price) => html`<div>${amount(price)} / ${per(price.per)}</div>`)}
                    </div>`,
                  align: 'end',
                },
                {
                  label: t('plans.refund'),
                  cell: (row) => (row.refund_rule ? tk('refund', row.refund_rule) : '–'),
                },
                {
                  label: '',
                  align: 'end',
                  cell: (row) =>
                    mayWrite()
                      ? html`<button
                          class="btn sm"
                          type="button"
                          aria-label=${`${t('action.edit')} ${localized(row.name)}`}
                          @click=${() => void this.#editPlan(product, row)}
                        >
                          ${icon('pencil', 14)} ${t('action.edit')}
                        </button>`
                      : nothing,
                },
              ],
            })
          : html`<p class="pad muted">${t('plans.none')}</p>`
      }
    </section>`;
  }

  #languageFields(
    form: Form,
    pointer: string,
    label: string,
    value: Text,
    set: (text: Record<string, string>) => void,
    long = false,
  ): unknown {
    const current: Record<string, string> = Object.fromEntries(
      languages.map((code) => [code, inLanguage(value, code)]),
    );
    return html`<div class="cols">
      ${languages.map((code) => {
        const options = {
          pointer: `${pointer}/${code}`,
          label: `${label} (${languageNames[code]})`,
          value: current[code] ?? '',
          required: true,
          onInput: (text: string) => {
            current[code] = text;
            set({ ...current });
          },
        };
        return long
          ? textField(form, { ...options, rows: 2, maxlength: 500 })
          : field(form, { ...options, maxlength: 80 });
      })}
    </div>`;
  }

  async #editProduct(product?: AdminProduct): Promise<void> {
    let form: Form | undefined;
    const blueprints = (this.#providers.value?.items ?? [])
      .filter((each) => each.kind === 'offering' || each.kind === 'blueprint')
      .map((each) => each.name);
    const values = {
      slug: product?.slug ?? '',
      kind: product?.kind ?? 'sandbox',
      blueprint: product?.blueprint ?? blueprints[0] ?? '',
      name: product?.name ?? {},
      description: product?.description ?? {},
      active: product?.active ?? true,
      sort: product?.sort ?? 100,
    };
    const done = await openDialog<boolean>(
      product ? t('products.edit') : t('products.new'),
      (part) => {
        form ??= new Form(part);
        const own = form;
        return html`<form
          novalidate
          @submit=${async (event: Event) => {
            const ok = await own.submit(event, async (intent) => {
              const shared = {
                name: values.name,
                description: values.description,
                active: values.active,
                sort: values.sort,
              };
              if (product) {
                await put(
                  `/admin/products/${encodeURIComponent(product.id)}`,
                  shared,
                  product.version === undefined ? undefined : `"${product.version}"`,
                );
              } else {
                await post(
                  '/admin/products',
                  {
                    ...shared,
                    slug: values.slug.trim(),
                    kind: values.kind.trim(),
                    blueprint: values.blueprint,
                  },
                  intent,
                );
              }
              return true;
            });
            if (ok) part.close(true);
          }}
        >
          ${
            product
              ? nothing
              : html`<div class="cols">
                  ${field(own, { pointer: '/slug', label: t('products.slug'), hint: t('products.slug-hint'), value: values.slug, required: true, pattern: '[a-z0-9\\-]{1,40}', maxlength: 40, onInput: (text) => (values.slug = text) })}
                  ${field(own, { pointer: '/kind', label: t('jobs.kind'), value: values.kind, required: true, maxlength: 40, onInput: (text) => (values.kind = text) })}
                  ${
                    blueprints.length
                      ? selectField(own, {
                          pointer: '/blueprint',
                          label: t('products.blueprint'),
                          value: values.blueprint,
                          choices: blueprints.map((each) => ({ value: each, label: each })),
                          onInput: (text) => (values.blueprint = text),
                        })
                      : field(own, {
                          pointer: '/blueprint',
                          label: t('products.blueprint'),
                          value: values.blueprint,
                          required: true,
                          onInput: (text) => (values.blueprint = text),
                        })
                  }
                </div>`
          }
          ${this.#languageFields(own, '/name', t('ssh.name'), values.name, (text) => (values.name = text))}
          ${this.#languageFields(own, '/description', t('products.description'), values.description, (text) => (values.description = text), true)}
          ${checkField(own, { pointer: '/active', label: t('products.active'), checked: values.active, onChange: (checked) => (values.active = checked) })}
          ${own.summary()}
          <div class="dialog-actions">
            <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
            ${submitButton(own, t('action.save'))}
          </div>
        </form>`;
      },
      { wide: true },
    );
    if (!done) return;
    toast(t('action.saved'));
    await this.#products.reload();
  }

  async #editPlan(product: AdminProduct, plan?: AdminPlan): Promise<void> {
    let form: Form | undefined;
    const assets = (site.value?.assets ?? []).map((asset) => asset.code);
    const values = {
      code: plan?.code ?? '',
      name: plan?.name ?? {},
      vcpu: plan?.resources.vcpu ?? 1,
      memory_mb: plan?.resources.memory_mb ?? 512,
      disk_gb: plan?.resources.disk_gb ?? 1,
      refund_rule: plan?.refund_rule ?? 'prorated',
      active: plan?.active ?? true,
      prices: (
        plan?.prices ?? ([{ component: 'hour', asset: 'COIN', amount_minor: 100, per: 'hour' }] as Price[])
      ).map((price) => ({
        component: price.component,
        asset: price.asset,
        use: useOf(price),
        text: amountText(price.amount_minor, assetOf(price.asset).scale),
      })),
    };
    const prices = (): Price[] =>
      values.prices.map((price) => ({
        component: price.component,
        asset: price.asset,
        amount_minor: parseAmount(price.text, assetOf(price.asset).scale) ?? 0,
        per: price.component,
        ...(price.component.startsWith('usage-') ? price.use : {}),
      }));
    const done = await openDialog<boolean>(
      plan ? t('plans.edit') : t('plans.new'),
      (part) => {
        form ??= new Form(part);
        const own = form;
        const number = (
          pointer: string,
          label: string,
          key: 'vcpu' | 'memory_mb' | 'disk_gb',
          suffix: string,
          step: number | 'any',
        ): unknown =>
          field(own, {
            pointer,
            label,
            type: 'number',
            value: String(values[key]),
            min: 0,
            step,
            required: true,
            suffix,
            onInput: (text) => {
              values[key] = Number(text);
              part.update();
            },
          });
        const preview: Plan = {
          id: 'preview',
          code: values.code || 'preview',
          name: localized(values.name),
          resources: { vcpu: values.vcpu, memory_mb: values.memory_mb, disk_gb: values.disk_gb },
          prices: prices(),
          available: true,
        };
        const shelf: Product = {
          id: product.id,
          slug: product.slug,
          name: localized(product.name),
          kind: product.kind,
          description: '',
          plans: [],
        };
        return html`<form
          novalidate
          @submit=${async (event: Event) => {
            const ok = await own.submit(event, async (intent) => {
              const wrong = values.prices.findIndex(
                (price) => (parseAmount(price.text, assetOf(price.asset).scale) ?? -1) < 0,
              );
              if (wrong >= 0) {
                own.setError(`/prices/${wrong}/amount_minor`, t('adjust.bad-amount'));
                return false;
              }
              const body = {
                name: values.name,
                resources: { vcpu: values.vcpu, memory_mb: values.memory_mb, disk_gb: values.disk_gb },
                refund_rule: values.refund_rule,
                active: values.active,
                prices: prices().map((price) => ({
                  component: price.component,
                  asset: price.asset,
                  amount_minor: price.amount_minor,
                  ...useOf(price),
                })),
              };
              if (plan) {
                const headers: Record<string, string> =
                  plan.version === undefined ? {} : { 'If-Match': `"${plan.version}"` };
                await call('PUT', `/admin/plans/${encodeURIComponent(plan.id)}`, { body, headers });
              } else
                await post(
                  '/admin/plans',
                  { ...body, product_id: product.id, code: values.code.trim() },
                  intent,
                );
              return true;
            });
            if (ok) part.close(true);
          }}
        >
          ${plan ? nothing : field(own, { pointer: '/code', label: t('plans.code'), hint: t('products.slug-hint'), value: values.code, required: true, pattern: '[a-z0-9\\-]{1,40}', maxlength: 40, onInput: (text) => (values.code = text) })}
          ${this.#languageFields(own, '/name', t('ssh.name'), values.name, (text) => {
            values.name = text;
            part.update();
          })}
          <div class="cols">
            ${number('/resources/vcpu', 'vCPU', 'vcpu', '', 'any')}
            ${number('/resources/memory_mb', t('spec.memory-word'), 'memory_mb', 'MB', 1)}
            ${number('/resources/disk_gb', t('spec.disk-word'), 'disk_gb', 'GB', 'any')}
          </div>
          <fieldset class="fields">
            <legend>${t('catalog.prices')}</legend>
            <p class="hint">${t('plans.prices-hint')}</p>
            ${values.prices.map(
              (price, index) =>
                html`<div class="toolbar">
                  ${selectField(own, {
                    pointer: `/prices/${index}/component`,
                    label: t('deploy.billing'),
                    value: price.component,
                    choices: [...new Set([...components, price.component])].map((code) => ({
                      value: code,
                      label: componentName(code),
                    })),
                    onInput: (text) => {
                      price.component = text;
                      part.update();
                    },
                  })}
                  ${selectField(own, {
                    pointer: `/prices/${index}/asset`,
                    label: t('adjust.asset'),
                    value: price.asset,
                    choices: [...new Set([...(assets.length ? assets : ['COIN', 'USD']), price.asset])].map(
                      (code) => ({ value: code, label: code }),
                    ),
                    onInput: (text) => {
                      price.asset = text;
                      part.update();
                    },
                  })}
                  ${field(own, {
                    pointer: `/prices/${index}/amount_minor`,
                    label: t('entries.amount'),
                    value: price.text,
                    required: true,
                    inputmode: 'decimal',
                    onInput: (text) => {
                      price.text = text;
                      part.update();
                    },
                  })}
                  <button
                    class="btn icon-only"
                    type="button"
                    aria-label=${t('form.remove', { what: `${t('entries.amount')} ${index + 1}` })}
                    @click=${() => {
                      values.prices.splice(index, 1);
                      part.update();
                    }}
                  >
                    ${icon('x', 14)}
                  </button>
                </div>`,
            )}
            <button
              class="btn sm"
              type="button"
              @click=${() => {
                values.prices.push({ component: 'slot24h', asset: 'COIN', use: {}, text: '' });
                part.update();
              }}
            >
              ${icon('plus', 14)} ${t('plans.add-price')}
            </button>
          </fieldset>
          ${selectField(own, {
            pointer: '/refund_rule',
            label: t('plans.refund'),
            value: values.refund_rule,
            choices: ['prorated', 'none'].map((rule) => ({ value: rule, label: tk('refund', rule) })),
            onInput: (text) => (values.refund_rule = text),
          })}
          ${checkField(own, { pointer: '/active', label: t('products.active'), checked: values.active, onChange: (checked) => (values.active = checked) })}
          <div class="stack tight">
            <p class="label">${t('plans.preview')}</p>
            <div inert>${planCard(shelf, preview)}</div>
          </div>
          ${own.summary()}
          <div class="dialog-actions">
            <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
            ${submitButton(own, t('action.save'))}
          </div>
        </form>`;
      },
      { wide: true },
    );
    if (!done) return;
    toast(t('action.saved'));
    await this.#products.reload();
  }
}

define('admin-products', Products);
