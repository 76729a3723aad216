import { html, nothing } from 'lit';
import { patch } from '../../api';
import { define, View } from '../../element';
import { checkField, field, Form, submitButton, valuesOf } from '../../forms';
import { t, tk } from '../../i18n';
import { actionButton, actionsOf } from '../../instance-parts';
import { navigate } from '../../router';
import type { Instance } from '../../types';
import { facts, toast } from '../../ui';

/** A machine's name and openness, its configuration, and what cannot be undone. */
class InstanceSettings extends View {
  static override readonly properties = { instance: { attribute: false } };

  declare instance: Instance;
  /** Called after something was changed. */
  declare reload: () => void;
  readonly #form = new Form(this);

  override render(): unknown {
    const instance = this.instance;
    const config = Object.entries(instance.config ?? {});
    const possible = actionsOf(instance);
    return html`<section class="card card-body" aria-labelledby="rename-title">
        <h2 id="rename-title">${t('settings.general')}</h2>
        <form class="form" novalidate @submit=${(event: Event) => void this.#save(event)}>
          ${field(this.#form, { pointer: '/name', label: t('deploy.name'), value: instance.name, required: true, maxlength: 40 })}
          ${
            instance.endpoints?.length
              ? checkField(this.#form, {
                  pointer: '/public',
                  label: t('settings.public'),
                  hint: t('settings.public-hint'),
                  checked: instance.public === true,
                })
              : nothing
          }
          ${this.#form.summary()}
          <div>${submitButton(this.#form, t('action.save'))}</div>
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
                ${actionButton(instance, 'stop', () => this.reload())}
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

  async #save(event: Event): Promise<void> {
    const instance = this.instance;
    const values = valuesOf(event);
    const changes: Record<string, unknown> = {};
    if (values['name'] !== undefined && values['name'].trim() !== instance.name)
      changes['name'] = values['name'].trim();
    const wasPublic = instance.public === true;
    const isPublic = values['public'] === 'on';
    if (instance.endpoints?.length && wasPublic !== isPublic) changes['public'] = isPublic;
    const done = await this.#form.submit(event, async () => {
      if (Object.keys(changes).length) await patch(`/instances/${encodeURIComponent(instance.id)}`, changes);
      return true;
    });
    if (!done) return;
    toast(t('action.saved'));
    this.reload();
  }
}

define('instance-settings', InstanceSettings);
