import { html, nothing, type TemplateResult } from 'lit';
import { checkField, field, idsOf, describedBy, errorLine, selectField, textField, type Form } from './forms';
import { humanise, t, tk } from './i18n';
import {
  choicesOf,
  fromText,
  getAt,
  layout,
  pointer,
  setAt,
  typeOf,
  variantsOf,
  type Property,
  type Values,
} from './schema';
import { shown, textOf } from './text';
import type { Schema } from './types';
import { icon } from './ui';

export interface SchemaFormOptions {
  form: Form;
  schema: Schema;
  values: Values;
  /** Where the values are in the body that is sent, `/config`. */
  prefix: string;
  onChange: (values: Values) => void;
  readonly?: boolean;
  /** Names of secrets that are stored already and therefore not shown. */
  secretsSet?: readonly string[];
}

/** One renderer for every schema: the settings of a provider, of a product and of a checkout. */
export function schemaForm(options: SchemaFormOptions): TemplateResult {
  const { groups, advanced } = layout(options.schema);
  return html`<div class="fields">
    ${groups.map((group) =>
      group.title
        ? html`<fieldset class="fields">
            <legend>${tk('group', group.title)}</legend>
            ${group.properties.map((property) => control(options, property, []))}
          </fieldset>`
        : group.properties.map((property) => control(options, property, [])),
    )}
    ${
      advanced.length
        ? html`<details>
            <summary>${t('form.advanced')}</summary>
            <div class="fields">${advanced.map((property) => control(options, property, []))}</div>
          </details>`
        : nothing
    }
  </div>`;
}

function control(options: SchemaFormOptions, property: Property, parents: readonly string[]): TemplateResult {
  const { form, values, prefix, onChange } = options;
  const { schema, name, required } = property;
  const path = [...parents, name];
  const at = path.reduce((base, each) => pointer(base, each), prefix);
  const value = getAt(values, path);
  const label = schema.title ?? humanise(name);
  const set = (next: unknown): void => onChange(setAt(values, path, next));
  const common = {
    pointer: at,
    label,
    hint: schema.description,
    required,
    optional: !required,
    readonly: (options.readonly ?? false) || (schema.readOnly ?? false),
    placeholder: schema['x-placeholder'] ?? shown(schema.default),
  };

  const variants = variantsOf(schema);
  if (variants) return union(options, property, path, at, variants);

  const choices = choicesOf(schema);
  if (choices) {
    const list = choices.map((choice) => ({ value: String(choice.value), label: choice.label }));
    const offered =
      (required && value !== undefined) || schema.default !== undefined
        ? list
        : [{ value: '', label: t('form.choose') }, ...list];
    return selectField(form, {
      ...common,
      value: shown(value ?? schema.default),
      choices: offered,
      onInput: (text) => set(choices.find((choice) => String(choice.value) === text)?.value),
    });
  }

  switch (typeOf(schema)) {
    case 'boolean':
      return checkField(form, {
        pointer: at,
        label,
        hint: schema.description,
        checked: (value ?? schema.default) === true,
        disabled: common.readonly,
        onChange: set,
      });
    case 'integer':
    case 'number':
      return field(form, {
        ...common,
        type: 'number',
        value: shown(value),
        min: schema.minimum,
        max: schema.maximum,
        step: typeOf(schema) === 'integer' ? 1 : 'any',
        suffix: schema['x-unit'],
        onInput: (text) => set(fromText(schema, text)),
      });
    case 'array':
      return list(options, property, path, at, Array.isArray(value) ? (value as unknown[]) : []);
    case 'object':
      if (schema.properties) {
        const inner = layout(schema);
        return html`<fieldset class="fields card pad">
          <legend class="sr">${label}</legend>
          <p class="label" aria-hidden="true">${label}</p>
          ${schema.description ? html`<p class="hint">${schema.description}</p>` : nothing}
          ${[...inner.groups.flatMap((group) => group.properties), ...inner.advanced].map((each) => control(options, each, path))}
        </fieldset>`;
      }
      return pairs(options, property, path, at, (value ?? {}) as Values);
    default:
      return text(options, property, at, value, set, common);
  }
}

const ONE_LINE = 1000;

type Common = Parameters<typeof field>[1];

function text(
  options: SchemaFormOptions,
  { schema, name }: Property,
  at: string,
  value: unknown,
  set: (value: unknown) => void,
  common: Common,
): TemplateResult {
  const { form } = options;
  const secret = schema['x-secret'] === true;
  const stored =
    secret &&
    (options.secretsSet ?? []).some((each) => each === name || each === at.slice(options.prefix.length + 1));
  const current = typeof value === 'string' ? value : '';
  const all: Common = {
    ...common,
    value: current,
    minlength: schema.minLength,
    maxlength: schema.maxLength,
    onInput: (typed) => set(typed === '' ? undefined : typed),
  };
  // A one-line field would drop the line breaks of a key.
  if (secret && (schema.maxLength ?? 0) > ONE_LINE) {
    return textField(form, {
      ...all,
      code: true,
      required: (common.required ?? false) && !stored,
      hint: stored
        ? html`${schema.description ? html`${schema.description} · ` : nothing}${t('form.secret-set')}`
        : schema.description,
    });
  }
  if (secret) {
    return field(form, {
      ...all,
      type: 'password',
      required: (common.required ?? false) && !stored,
      autocomplete: 'new-password',
      hint: stored
        ? html`${schema.description ? html`${schema.description} · ` : nothing}${t('form.secret-set')}`
        : schema.description,
      placeholder: stored ? '••••••••' : (schema['x-placeholder'] ?? ''),
    });
  }
  switch (schema.format) {
    case 'textarea':
    case 'code':
      return textField(form, {
        ...all,
        code: schema.format === 'code',
        rows: schema.format === 'code' ? 8 : 4,
      });
    case 'email':
      return field(form, { ...all, type: 'email' });
    case 'uri':
    case 'url':
      return field(form, { ...all, type: 'url', inputmode: 'url' });
    case 'password':
      return field(form, { ...all, type: 'password', autocomplete: 'new-password' });
    default:
      return field(form, { ...all, pattern: schema.pattern ? loose(schema.pattern) : undefined });
  }
}

/** HTML anchors patterns at both ends, JSON Schema does not; a pattern the browser cannot read is left to the server. */
function loose(pattern: string): string | undefined {
  const inner = `${pattern.startsWith('^') ? '' : '.*'}${pattern.replace(/^\^/, '').replace(/\$$/, '')}${pattern.endsWith('$') ? '' : '.*'}`;
  try {
    new RegExp(inner, 'v');
    return inner;
  } catch {
    return undefined;
  }
}

function list(
  options: SchemaFormOptions,
  property: Property,
  path: readonly string[],
  at: string,
  items: unknown[],
): TemplateResult {
  const { form, values, onChange } = options;
  const { schema, name, required } = property;
  const label = schema.title ?? humanise(name);
  const item = schema.items ?? {};
  const set = (next: unknown[]): void =>
    onChange(setAt(values, path, next.length || required ? next : undefined));
  const choices = choicesOf(item);
  if (choices) {
    return html`<fieldset class="fields" data-pointer=${at}>
      <legend>${label}</legend>
      ${schema.description ? html`<p class="hint">${schema.description}</p>` : nothing}
      ${choices.map((choice) =>
        checkField(form, {
          pointer: pointer(at, String(choice.value)),
          label: choice.label,
          checked: items.includes(choice.value),
          disabled: options.readonly ?? false,
          onChange: (checked) =>
            set(checked ? [...items, choice.value] : items.filter((each) => each !== choice.value)),
        }),
      )}
    </fieldset>`;
  }
  const itemType = typeOf(item);
  const id = idsOf(form)(at);
  const error = form.error(at);
  return html`<fieldset class="fields">
    <legend>${label}${required ? nothing : html` <span class="muted">${t('form.optional')}</span>`}</legend>
    ${schema.description ? html`<p class="hint" id="${id}-hint">${schema.description}</p>` : nothing}
    ${items.map((value, index) => {
      const here = pointer(at, String(index));
      if (itemType === 'object' && item.properties) {
        const sub: SchemaFormOptions = {
          ...options,
          schema: item,
          values: (value ?? {}) as Values,
          prefix: here,
          onChange: (next) => set(items.map((each, i) => (i === index ? next : each))),
        };
        return html`<div class="card pad stack tight">
          ${schemaForm(sub)}${removeButton(label, index, () => set(items.filter((_, i) => i !== index)))}
        </div>`;
      }
      const wrong = form.error(here);
      return html`<div>
        <div class="with-suffix">
          <input
            id="${id}-${index}"
            data-pointer=${here}
            aria-label="${label} ${index + 1}"
            type=${itemType === 'integer' || itemType === 'number' ? 'number' : 'text'}
            .value=${shown(value)}
            ?readonly=${options.readonly ?? false}
            aria-invalid=${wrong ? 'true' : nothing}
            aria-describedby=${describedBy(`${id}-${index}`, undefined, wrong)}
            @input=${(event: Event) => {
              const typed = fromText(item, (event.target as HTMLInputElement).value);
              set(items.map((each, i) => (i === index ? (typed ?? '') : each)));
            }}
          />
          ${options.readonly ? nothing : removeButton(label, index, () => set(items.filter((_, i) => i !== index)))}
        </div>
        ${errorLine(`${id}-${index}`, wrong)}
      </div>`;
    })}
    ${
      options.readonly
        ? nothing
        : html`<button
            id=${id}
            class="btn sm"
            type="button"
            data-pointer=${at}
            aria-invalid=${error ? 'true' : nothing}
            aria-describedby=${describedBy(id, schema.description, error)}
            @click=${() => set([...items, itemType === 'object' ? {} : itemType === 'integer' || itemType === 'number' ? 0 : ''])}
          >
            ${icon('plus', 14)} ${t('form.add', { what: label })}
          </button>`
    }
    ${errorLine(id, error)}
  </fieldset>`;
}

function removeButton(label: string, index: number, remove: () => void): TemplateResult {
  return html`<button
    class="btn icon-only sm"
    type="button"
    aria-label=${t('form.remove', { what: `${label} ${index + 1}` })}
    @click=${remove}
  >
    ${icon('x', 14)}
  </button>`;
}

/** An object without known properties, such as environment variables: pairs of name and value, one per line. */
function pairs(
  options: SchemaFormOptions,
  property: Property,
  path: readonly string[],
  at: string,
  value: Values,
): TemplateResult {
  const lines = Object.entries(value).map(([name, each]) => `${name}=${String(each)}`);
  return textField(options.form, {
    pointer: at,
    label: property.schema.title ?? humanise(property.name),
    hint: html`${property.schema.description ? html`${property.schema.description} · ` : nothing}${t('form.pairs')}`,
    value: lines.join('\n'),
    code: true,
    required: property.required,
    optional: !property.required,
    readonly: options.readonly ?? false,
    onInput: (typed) => {
      const next: Values = {};
      for (const line of typed.split('\n')) {
        const split = line.indexOf('=');
        if (split > 0) next[line.slice(0, split).trim()] = line.slice(split + 1);
      }
      // The text itself is not written back while somebody types: half a line would vanish.
      options.onChange(setAt(options.values, path, Object.keys(next).length ? next : undefined));
    },
  });
}

function union(
  options: SchemaFormOptions,
  property: Property,
  path: readonly string[],
  at: string,
  variants: NonNullable<ReturnType<typeof variantsOf>>,
): TemplateResult {
  const { form, values, onChange } = options;
  const current = (getAt(values, path) ?? {}) as Values;
  const chosen = textOf(current, variants.discriminator) || (variants.branches[0]?.value ?? '');
  const branch = variants.branches.find((each) => each.value === chosen)?.schema;
  const rest: Schema = { ...branch, properties: { ...branch?.properties } };
  Reflect.deleteProperty(rest.properties ?? {}, variants.discriminator);
  const label = property.schema.title ?? humanise(property.name);
  return html`<fieldset class="fields">
    <legend class="sr">${label}</legend>
    ${selectField(form, {
      pointer: pointer(at, variants.discriminator),
      label,
      hint: property.schema.description,
      value: chosen,
      readonly: options.readonly ?? false,
      choices: variants.branches.map((each) => ({
        value: each.value,
        label: each.schema.title ?? humanise(each.value),
      })),
      onInput: (value) => onChange(setAt(values, path, { [variants.discriminator]: value })),
    })}
    ${layout(rest)
      .groups.flatMap((group) => group.properties)
      .map((each) => control(options, each, path))}
    ${layout(rest).advanced.map((each) => control(options, each, path))}
  </fieldset>`;
}
