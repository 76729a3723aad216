import { t } from './i18n';

export interface FieldError {
  pointer: string;
  code?: string;
  detail: string;
}

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  trace_id?: string;
  errors?: FieldError[];
}

/** An answer that is not a success, or no answer at all (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly traceId: string | undefined;
  readonly errors: readonly FieldError[];
  readonly retryAfter: number | undefined;

  constructor(status: number, body: ProblemBody, retryAfter?: number) {
    super(body.detail ?? body.title ?? body.code ?? String(status));
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'network' : `http.${status}`);
    this.title = body.title ?? (status === 0 ? t('problem.offline') : t('problem.title'));
    this.detail = body.detail ?? '';
    this.traceId = body.trace_id;
    this.errors = body.errors ?? [];
    this.retryAfter = retryAfter;
  }

  static async of(response: Response): Promise<Problem> {
    const wait = Number(response.headers.get('Retry-After'));
    let body: ProblemBody = {};
    if ((response.headers.get('Content-Type') ?? '').includes('json')) {
      body = ((await response.json().catch(() => ({}))) ?? {}) as ProblemBody;
    }
    return new Problem(response.status, body, Number.isFinite(wait) && wait > 0 ? wait : undefined);
  }

  static from(cause: unknown): Problem {
    if (cause instanceof Problem) return cause;
    if (cause instanceof TypeError) return new Problem(0, { detail: t('problem.offline-detail') });
    return new Problem(0, { code: 'client', title: t('problem.title'), detail: String(cause) });
  }
}
