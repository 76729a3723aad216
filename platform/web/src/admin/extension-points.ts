import { html, nothing } from 'lit';
import { get, put } from '../api';
import { define, Resource, View } from '../element';
import { t, tk } from '../i18n';
import { Problem } from '../problem';
import { mayWrite } from '../session';
import type { Page, Reason } from '../types';
import { badge, emptyState, icon, reasonText, status, toast } from '../ui';
import { pluginPath, providerPath } from './plugin-parts';

interface Candidate {
  name: string;
  plugin_id: string;
  state: string;
  reason?: Reason | string | null;
}

interface Point {
  id: string;
  kind: string;
  title: string;
  summary: string;
  choice: 'one' | 'many';
  candidates: Candidate[];
  chosen?: string;
  serving?: string;
}

/** Where plugins take part; where only one can, an operator says which. */
class ExtensionPoints extends View {
  readonly #points = new Resource(this, (signal) => get<Page<Point>>('/admin/extension-points', signal));

  override render(): unknown {
    return html`<p class="muted">${t('points.lead')}</p>
      ${this.#points.show((page) => page.items.map((point) => this.#point(point)), { rows: 6 })}`;
  }

  #point(point: Point): unknown {
    const one = point.choice === 'one';
    return html`<section class="card" aria-labelledby="point-${point.id}">
      <div class="card-head">
        <div>
          <h2 id="point-${point.id}">${point.title}</h2>
          <p>${point.summary}</p>
        </div>
        ${badge(one ? t('points.one') : t('points.many'))}
      </div>
      ${
        point.candidates.length
          ? html`<fieldset class="bare">
              <legend class="sr">${point.title}</legend>
              ${one ? this.#nobody(point) : nothing}
              ${point.candidates.map((candidate) => this.#candidate(point, candidate))}
            </fieldset>`
          : html`<div class="card-body">
              ${emptyState({ icon: 'plug', title: t('points.empty'), text: t('points.empty-text') })}
            </div>`
      }
    </section>`;
  }

  #radio(point: Point, provider: string | undefined, label: string): unknown {
    return html`<label class="radio-line">
      <input
        type="radio"
        name="point-${point.id}"
        .checked=${point.chosen === provider}
        ?disabled=${!mayWrite()}
        @change=${() => void this.#choose(point, provider)}
      />
      <span>${label}</span>
    </label>`;
  }

  #nobody(point: Point): unknown {
    return html`<div class="card-head">
      <div class="grow">
        ${this.#radio(point, undefined, t('points.first'))}
        <span class="cell-sub">${t('points.first-text')}</span>
      </div>
    </div>`;
  }

  #candidate(point: Point, candidate: Candidate): unknown {
    const reason = reasonText(candidate.reason);
    return html`<div class="card-head">
      <div class="grow">
        ${
          point.choice === 'one'
            ? this.#radio(point, candidate.name, candidate.name)
            : html`<a class="cell-main" href=${providerPath({ kind: point.kind, name: candidate.name })}
                >${candidate.name}</a
              >`
        }
        <span class="cell-sub"
          >${tk('kind', point.kind)}${
            candidate.plugin_id
              ? html` · <a href=${pluginPath(candidate.plugin_id)}>${candidate.plugin_id}</a>`
              : nothing
          }</span
        >
        ${reason ? html`<span class="cell-sub">${reason}</span>` : nothing}
      </div>
      <div class="row">
        ${point.serving === candidate.name ? html`<span class="badge ok">${icon('check', 12)} ${t('points.serves')}</span>` : nothing}
        ${
          point.chosen === candidate.name && point.serving !== candidate.name
            ? badge(t('points.waits'), 'warn')
            : nothing
        }
        ${status(candidate.state)}
      </div>
    </div>`;
  }

  async #choose(point: Point, provider: string | undefined): Promise<void> {
    try {
      await put(`/admin/extension-points/${encodeURIComponent(point.id)}`, provider ? { provider } : {});
      toast(t('action.saved'));
    } catch (cause) {
      const problem = Problem.from(cause);
      toast(problem.detail || problem.title, 'bad');
    }
    await this.#points.reload();
  }
}

define('extension-points', ExtensionPoints);
