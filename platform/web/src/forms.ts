import { html, nothing, type TemplateResult } from 'lit';
import { t } from './i18n';
import { Intent } from './intent';
import { Problem } from './problem';
import { icon, problemBox } from './ui';

interface Renders {
  requestUpdate(): void;
}

/** What a form knows while it is being filled in and sent. Errors are found by JSON Pointer. */
export class Form {
  busy = false;
  problem: Problem | undefined;
  readonly intent = new Intent();
  readonly #errors = new Map<string, string>();
  readonly #host: Renders;

  constructor(host: Renders) {
    this.#host = host;
  }

  error(pointer: string): string | undefined {
    return this.#errors.get(pointer);
  }

  get errors(): ReadonlyMap<string, string> {
    return this.#errors;
  }

  setError(pointer: string, message: string): void {
    this.#errors.set(pointer, message);
    this.#host.requestUpdate();
  }

  clear(pointer?: string): void {
    if (pointer === undefined) {
      this.#errors.clear();
      this.problem = undefined;
    } else this.#errors.delete(pointer);
    this.#host.requestUpdate();
  }

  /** Checks in the browser, sends, and puts the server's errors beside the fields they are about. */
  async submit<T>(event: Event, send: (intent: Intent) => Promise<T>): Promise<T | undefined> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (this.busy) return undefined;
    this.clear();
    if (!this.#check(form)) {
      this.#focusFirst(form);
      return undefined;
    }
    return this.run(send, form);
  }

  async run<T>(send: (intent: Intent) => Promise<T>, form?: HTMLElement): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.problem = undefined;
    this.#host.requestUpdate();
    try {
      return await send(this.intent);
    } catch (cause) {
      const problem = Problem.from(cause);
      let placed = 0;
      for (const error of problem.errors) {
        const pointer = form ? this.#nearest(form, error.pointer) : undefined;
        if (pointer !== undefined) {
          this.#errors.set(pointer, error.detail);
          placed++;
        }
      }
      this.problem = problem.errors.length > 0 && placed === problem.errors.length ? undefined : problem;
      if (form) this.#focusFirst(form);
      return undefined;
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
  }

  /** The field a pointer is about, or the closest one around it. */
  #nearest(form: HTMLElement, pointer: string): string | undefined {
    let at = pointer.startsWith('#') ? pointer.slice(1) : pointer;
    while (at) {
      if (form.querySelector(`[data-pointer="${CSS.escape(at)}"]`)) return at;
      at = at.slice(0, at.lastIndexOf('/'));
    }
    return undefined;
  }

  #check(form: HTMLFormElement): boolean {
    for (const element of Array.from(form.elements)) {
      const input = element as HTMLInputElement;
      const pointer = input.dataset['pointer'];
      if (!pointer || input.validity.valid || input.disabled) continue;
      this.#errors.set(pointer, complaint(input));
    }
    this.#host.requestUpdate();
    return this.#errors.size === 0;
  }

  #focusFirst(form: HTMLElement): void {
    setTimeout(() => {
      const target =
        form.querySelector<HTMLElement>('[aria-invalid="true"]') ??
        form.querySelector<HTMLElement>('[role="alert"]');
      if (target?.getAttribute('role') === 'alert') target.tabIndex = -1;
      target?.closest('details')?.setAttribute('open', '');
      target?.focus();
    }, 30);
  }

  /** What is wrong with the form as a whole. */
  summary(): TemplateResult | typeof nothing {
    return this.problem ? problemBox(this.problem) : nothing;
  }
}

function complaint(input: HTMLInputElement): string {
  const { validity } = input;
  if (validity.valueMissing) return t('form.required');
  if (validity.typeMismatch) return input.type === 'email' ? t('form.email') : t('form.url');
  if (validity.tooShort) return t('form.too-short', { count: input.minLength });
  if (validity.tooLong) return t('form.too-long', { count: input.maxLength });
  if (validity.rangeUnderflow) return t('form.min', { min: input.min });
  if (validity.rangeOverflow) return t('form.max', { max: input.max });
  if (validity.customError) return input.validationMessage;
  return t('form.pattern');
}

export interface FieldOptions {
  /** JSON Pointer of the value in the body that is sent, `/email`. */
  pointer: string;
  label: string;
  value?: string;
  hint?: unknown;
  error?: string | undefined;
  type?: string;
  name?: string;
  required?: boolean;
  disabled?: boolean;
  readonly?: boolean;
  autocomplete?: string;
  inputmode?: string;
  placeholder?: string;
  minlength?: number | undefined;
  maxlength?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
  step?: number | 'any';
  pattern?: string | undefined;
  suffix?: unknown;
  optional?: boolean;
  onInput?: (value: string) => void;
}

let scope = 0;
const scopes = new WeakMap<object, string>();

/** Ids of a form's fields, unique on the page although two forms may have the same pointers. */
export function idsOf(owner: object): (pointer: string) => string {
  let prefix = scopes.get(owner);
  if (!prefix) {
    prefix = `f${++scope}`;
    scopes.set(owner, prefix);
  }
  const own = prefix;
  return (pointer) => own + pointer.replace(/[^\w]+/g, '-');
}

export function wrap(
  id: string,
  options: Pick<FieldOptions, 'label' | 'hint' | 'error' | 'optional'>,
  control: unknown,
): TemplateResult {
  return html`<div class="field ${options.error ? 'wrong' : ''}">
    <label for=${id}
      >${options.label}${options.optional ? html` <span class="muted">${t('form.optional')}</span>` : nothing}</label
    >
    ${options.hint ? html`<p class="hint" id="${id}-hint">${options.hint}</p>` : nothing} ${control}
    ${errorLine(id, options.error)}
  </div>`;
}

export function errorLine(id: string, error: string | undefined): TemplateResult | typeof nothing {
  return error ? html`<p class="error" id="${id}-error">${icon('triangle-alert', 14)} ${error}</p>` : nothing;
}

export function describedBy(id: string, hint: unknown, error: unknown): string | typeof nothing {
  const parts = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean);
  return parts.length ? parts.join(' ') : nothing;
}

export function field(form: Form, options: FieldOptions): TemplateResult {
  const id = idsOf(form)(options.pointer);
  const error = options.error ?? form.error(options.pointer);
  const input = html`<input
    id=${id}
    data-pointer=${options.pointer}
    name=${options.name ?? options.pointer.slice(1).replaceAll('/', '.')}
    type=${options.type ?? 'text'}
    .value=${options.value ?? ''}
    ?required=${options.required ?? false}
    ?disabled=${options.disabled ?? false}
    ?readonly=${options.readonly ?? false}
    autocomplete=${options.autocomplete ?? 'off'}
    inputmode=${options.inputmode ?? nothing}
    placeholder=${options.placeholder ?? nothing}
    minlength=${options.minlength ?? nothing}
    maxlength=${options.maxlength ?? nothing}
    min=${options.min ?? nothing}
    max=${options.max ?? nothing}
    step=${options.step ?? nothing}
    pattern=${options.pattern ?? nothing}
    aria-invalid=${error ? 'true' : nothing}
    aria-describedby=${describedBy(id, options.hint, error)}
    @input=${(event: Event) => {
      if (form.error(options.pointer)) form.clear(options.pointer);
      options.onInput?.((event.target as HTMLInputElement).value);
    }}
  />`;
  return wrap(
    id,
    { label: options.label, hint: options.hint, error, optional: options.optional ?? false },
    options.suffix
      ? html`<div class="with-suffix">${input}<span class="suffix">${options.suffix}</span></div>`
      : input,
  );
}

export interface Choice {
  value: string;
  label: string;
}

export function selectField(form: Form, options: FieldOptions & { choices: Choice[] }): TemplateResult {
  const id = idsOf(form)(options.pointer);
  const error = options.error ?? form.error(options.pointer);
  return wrap(
    id,
    { label: options.label, hint: options.hint, error, optional: options.optional ?? false },
    html`<select
      id=${id}
      data-pointer=${options.pointer}
      name=${options.name ?? options.pointer.slice(1).replaceAll('/', '.')}
      ?required=${options.required ?? false}
      ?disabled=${options.disabled ?? options.readonly ?? false}
      aria-invalid=${error ? 'true' : nothing}
      aria-describedby=${describedBy(id, options.hint, error)}
      @change=${(event: Event) => {
        if (form.error(options.pointer)) form.clear(options.pointer);
        options.onInput?.((event.target as HTMLSelectElement).value);
      }}
    >
      ${options.choices.map(
        (choice) =>
          html`<option value=${choice.value} ?selected=${choice.value === (options.value ?? '')}>
            ${choice.label}
          </option>`,
      )}
    </select>`,
  );
}

export function textField(
  form: Form,
  options: FieldOptions & { rows?: number; code?: boolean },
): TemplateResult {
  const id = idsOf(form)(options.pointer);
  const error = options.error ?? form.error(options.pointer);
  return wrap(
    id,
    { label: options.label, hint: options.hint, error, optional: options.optional ?? false },
    html`<textarea
      id=${id}
      class=${options.code ? 'code' : ''}
      data-pointer=${options.pointer}
      name=${options.name ?? options.pointer.slice(1).replaceAll('/', '.')}
      rows=${options.rows ?? 4}
      .value=${options.value ?? ''}
      spellcheck=${options.code ? 'false' : nothing}
      ?required=${options.required ?? false}
      ?readonly=${options.readonly ?? false}
      maxlength=${options.maxlength ?? nothing}
      placeholder=${options.placeholder ?? nothing}
      aria-invalid=${error ? 'true' : nothing}
      aria-describedby=${describedBy(id, options.hint, error)}
      @input=${(event: Event) => {
        if (form.error(options.pointer)) form.clear(options.pointer);
        options.onInput?.((event.target as HTMLTextAreaElement).value);
      }}
    ></textarea>`,
  );
}

export function checkField(
  form: Form,
  options: {
    pointer: string;
    label: unknown;
    checked: boolean;
    hint?: unknown;
    disabled?: boolean;
    onChange?: (checked: boolean) => void;
  },
): TemplateResult {
  const id = idsOf(form)(options.pointer);
  const error = form.error(options.pointer);
  return html`<div class="field check ${error ? 'wrong' : ''}">
    <label for=${id}>
      <input
        id=${id}
        type="checkbox"
        data-pointer=${options.pointer}
        name=${options.pointer.slice(1).replaceAll('/', '.')}
        .checked=${options.checked}
        ?disabled=${options.disabled ?? false}
        aria-describedby=${describedBy(id, options.hint, error)}
        @change=${(event: Event) => options.onChange?.((event.target as HTMLInputElement).checked)}
      />
      <span>${options.label}</span>
    </label>
    ${options.hint ? html`<p class="hint" id="${id}-hint">${options.hint}</p>` : nothing}
    ${errorLine(id, error)}
  </div>`;
}

/** The button that sends: it says so while it is busy, and cannot be pressed twice. */
export function submitButton(
  form: Form,
  label: unknown,
  options: { kind?: string; icon?: unknown; disabled?: boolean } = {},
): TemplateResult {
  return html`<button
    class="btn ${options.kind ?? 'primary'}"
    type="submit"
    aria-disabled=${form.busy || options.disabled ? 'true' : nothing}
    ?disabled=${options.disabled ?? false}
  >
    ${form.busy ? html`<span class="spin">${icon('loader')}</span>` : (options.icon ?? nothing)} ${label}
  </button>`;
}

/** The text values of a form by the names of its fields. */
export function valuesOf(event: Event): Record<string, string> {
  const data = new FormData(event.currentTarget as HTMLFormElement);
  const values: Record<string, string> = {};
  data.forEach((value, name) => {
    if (typeof value === 'string') values[name] = value;
  });
  return values;
}
