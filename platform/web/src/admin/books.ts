import { html, nothing } from 'lit';
import { get, post } from '../api';
import { define, PageView, Resource } from '../element';
import { Form } from '../forms';
import { number } from '../format';
import { t } from '../i18n';
import { amount, copyButton, facts, icon, notice, pageHead, status, table, toast, when } from '../ui';
import { operations } from './operations';

interface AssetBook {
  asset: string;
  sum_minor: number;
  accounts: number;
  transfers: number;
}

interface Books {
  balanced: boolean;
  assets: AssetBook[];
  checkpoint?: { n: number; root: string; at: string } | null;
  verified_at?: string | null;
  findings?: { check: string; row: string; detail: string }[];
}

class BooksPage extends PageView {
  readonly #books = new Resource(this, (signal) => get<Books>('/admin/books', signal));
  readonly #form = new Form(this);

  override render(): unknown {
    return html`${pageHead({
      title: t('nav.books'),
      lead: t('books.lead'),
      actions: html`<button
        class="btn primary"
        type="button"
        aria-disabled=${this.#form.busy ? 'true' : nothing}
        @click=${() => void this.#verify()}
      >
        ${this.#form.busy ? html`<span class="spin">${icon('loader')}</span>` : icon('scale')}
        ${t('books.verify')}
      </button>`,
    })}
    ${operations('/admin/books')} ${this.#form.summary()}
    ${this.#books.show((books) => this.#page(books), { rows: 4 })}`;
  }

  #page(books: Books): unknown {
    const problems = books.findings ?? [];
    return html`${
        books.balanced
          ? notice('ok', t('books.balanced'), t('books.balanced-text'))
          : notice('bad', t('books.unbalanced'), t('books.unbalanced-text'))
      }
      ${
        problems.length
          ? html`<section class="card card-body" aria-labelledby="book-problems">
              <h2 id="book-problems">${t('books.findings')}</h2>
              <ul class="prose">
                ${problems.map((problem) => html`<li><strong>${problem.check}</strong> <code>${problem.row}</code> ${problem.detail}</li>`)}
              </ul>
            </section>`
          : nothing
      }
      ${table<AssetBook>({
        caption: t('books.by-asset'),
        rows: books.assets,
        key: (row) => row.asset,
        columns: [
          { label: t('adjust.asset'), cell: (row) => html`<strong>${row.asset}</strong>` },
          {
            label: t('books.sum'),
            cell: (row) => amount({ amount_minor: row.sum_minor, asset: row.asset }),
            align: 'end',
          },
          { label: t('books.accounts'), cell: (row) => number(row.accounts), align: 'end' },
          { label: t('books.transfers'), cell: (row) => number(row.transfers), align: 'end' },
          {
            label: t('instance.state'),
            cell: (row) =>
              row.sum_minor === 0 ? status('ok', t('books.zero')) : status('failed', t('books.unbalanced')),
          },
        ],
      })}
      <section class="card card-body" aria-labelledby="checkpoint">
        <h2 id="checkpoint">${t('books.checkpoint')}</h2>
        <p class="muted">${t('books.checkpoint-text')}</p>
        ${
          books.checkpoint
            ? html`${facts([
                  [t('books.number'), number(books.checkpoint.n)],
                  [t('entries.at'), when(books.checkpoint.at)],
                  [t('books.verified'), when(books.verified_at)],
                ])}
                <p class="row">
                  <code class="grow">${books.checkpoint.root}</code>
                  ${copyButton(books.checkpoint.root, t('books.root'))}
                </p>`
            : html`<p>${t('books.no-checkpoint')}</p>`
        }
      </section>`;
  }

  async #verify(): Promise<void> {
    const books = await this.#form.run((intent) => post<Books>('/admin/books/verify', {}, intent));
    if (!books) return;
    toast(books.balanced ? t('books.balanced') : t('books.unbalanced'), books.balanced ? 'ok' : 'bad');
    this.#books.value = { ...this.#books.value, ...books };
    this.requestUpdate();
  }
}

define('admin-books', BooksPage);
