import { html, nothing } from 'lit';
import { get } from '../api';
import { define, PageView, Resource } from '../element';
import { Form, selectField, submitButton, textField } from '../forms';
import { t, tk } from '../i18n';
import { defaultsOf, parseSchema, type Values } from '../schema';
import { schemaForm } from '../schema-form';
import type { Page, Schema } from '../types';
import { badge, notice, pageHead } from '../ui';

interface PluginForm {
  plugin_id: string;
  kind: string;
  name: string;
  purpose: string;
  title: string;
  schema: Schema;
}

/** Stands for a schema that the author writes here. */
const PASTED = 'pasted';

const EXAMPLE = `{
  "type": "object",
  "required": ["notice"],
  "properties": {
    "notice": { "type": "string", "title": "Notice", "maxLength": 200 },
    "lines": { "type": "integer", "title": "Lines", "minimum": 1, "maximum": 40, "default": 5 }
  }
}`;

const keyOf = (form: PluginForm): string => [form.plugin_id, form.kind, form.name, form.purpose].join('/');

/** The forms that plugins bring, shown as operators and customers see them; nothing is sent or stored. */
class SchemaPreview extends PageView {
  readonly #picker = new Form(this);
  readonly #form = new Form(this);
  #shown = '';
  #values: Values = {};
  #written = EXAMPLE;
  #passed = false;

  readonly #schemas = new Resource(this, (signal) => get<Page<PluginForm>>('/admin/schemas', signal));

  override render(): unknown {
    return html`${pageHead({
      back: { href: '/admin/plugins', label: t('nav.plugins') },
      title: t('title.schema-preview'),
      lead: t('preview.lead'),
    })}
    ${this.#schemas.show((page) => this.#page(page.items), { rows: 6 })}`;
  }

  #page(forms: PluginForm[]): unknown {
    const chosen = this.#chosen(forms);
    return html`<div class="card card-body form">
        ${selectField(this.#picker, {
          pointer: '/form',
          label: t('preview.form'),
          value: chosen ? keyOf(chosen) : PASTED,
          choices: [
            ...forms.map((each) => ({
              value: keyOf(each),
              label: `${each.title} · ${tk('preview.purpose', each.purpose)} (${each.plugin_id})`,
            })),
            { value: PASTED, label: t('preview.pasted') },
          ],
          onInput: (form) => this.setSearch({ form, plugin: undefined }),
        })}
        ${chosen ? nothing : this.#editor()}
      </div>
      ${this.#preview(chosen ? keyOf(chosen) : PASTED, chosen?.schema ?? parseSchema(this.#written))}`;
  }

  /** What the address names: one form, or the first one of a plugin. */
  #chosen(forms: PluginForm[]): PluginForm | undefined {
    const form = this.search('form');
    if (form === PASTED) return undefined;
    const plugin = this.search('plugin');
    return (
      forms.find((each) => keyOf(each) === form) ?? forms.find((each) => !plugin || each.plugin_id === plugin)
    );
  }

  #editor(): unknown {
    return textField(this.#picker, {
      pointer: '/schema',
      label: t('preview.schema'),
      hint: t('preview.schema-hint'),
      value: this.#written,
      code: true,
      rows: 12,
      onInput: (text) => {
        this.#written = text;
        this.#shown = '';
        this.requestUpdate();
      },
    });
  }

  #preview(key: string, schema: Schema | undefined): unknown {
    if (!schema) return html`<div role="status">${notice('warn', t('preview.unreadable'))}</div>`;
    if (this.#shown !== key) {
      this.#shown = key;
      this.#values = defaultsOf(schema);
      this.#passed = false;
    }
    return html`<form
        class="card card-body form"
        novalidate
        @submit=${(event: Event) => void this.#check(event)}
      >
        <h2>${t('preview.as-shown')}</h2>
        ${
          Object.keys(schema.properties ?? {}).length
            ? schemaForm({
                form: this.#form,
                schema,
                values: this.#values,
                prefix: '/config',
                onChange: (values) => {
                  this.#values = values;
                  this.#passed = false;
                  this.requestUpdate();
                },
              })
            : html`<p class="muted">${t('providers.nothing')}</p>`
        }
        ${this.#form.summary()}
        <div class="form-actions">
          ${submitButton(this.#form, t('preview.check'))}
          <span role="status">${this.#passed ? badge(t('preview.passed'), 'ok') : nothing}</span>
        </div>
      </form>
      ${this.#json('preview.values', this.#values)} ${this.#json('preview.schema', schema)}`;
  }

  async #check(event: Event): Promise<void> {
    this.#passed = (await this.#form.submit(event, () => Promise.resolve(true))) ?? false;
    this.requestUpdate();
  }

  #json(label: 'preview.values' | 'preview.schema', data: unknown): unknown {
    return html`<details class="card pad" ?open=${label === 'preview.values'}>
      <summary>${t(label)}</summary>
      <pre class="snippet" tabindex="0" role="region" aria-label=${t(label)}>
${JSON.stringify(data, undefined, 2)}</pre>
    </details>`;
  }
}

define('admin-schema-preview', SchemaPreview);
