import { lang } from './i18n';
import { Intent } from './intent';
import { Problem } from './problem';

export const BASE = '/api/v1';

export interface CallOptions {
  body?: unknown;
  /** Sent as it is, with its own content type. */
  raw?: { data: Blob; type: string };
  /** The wish this call belongs to; without one every POST gets a key of its own. */
  intent?: Intent;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Answer<T> {
  data: T;
  etag: string | undefined;
  status: number;
}

type SignInAgain = () => Promise<boolean>;
let signInAgain: SignInAgain | undefined;

/** Says what to do when the session has ended in the middle of the work. */
export function onSessionEnd(handler: SignInAgain | undefined): void {
  signInAgain = handler;
}

const credentialRoute = /^\/(auth|setup|me\/|tokens|sessions)/;

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = {
    Accept: 'application/json, application/problem+json',
    'Accept-Language': lang.value,
    ...options.headers,
  };
  const intent = options.intent ?? new Intent();
  const writes = method === 'POST' || method === 'DELETE' || method === 'PUT' || method === 'PATCH';
  if (writes && !credentialRoute.test(path))
    headers['Idempotency-Key'] = intent.key([method, path, options.body]);
  let body: BodyInit | undefined;
  if (options.raw) {
    headers['Content-Type'] = options.raw.type;
    body = options.raw.data;
  } else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(options.body);
  }
  const send = async (): Promise<Response> => {
    const init: RequestInit = { method, headers, credentials: 'same-origin' };
    if (body !== undefined) init.body = body;
    if (options.signal) init.signal = options.signal;
    return fetch(BASE + path, init);
  };
  try {
    let response = await send();
    if (response.status === 401 && signInAgain && !credentialRoute.test(path) && (await signInAgain())) {
      response = await send();
    }
    intent.answered(response.status);
    return await read<T>(response);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw Problem.from(cause);
  }
}

export async function read<T>(response: Response): Promise<Answer<T>> {
  if (!response.ok) throw await Problem.of(response);
  const type = response.headers.get('Content-Type') ?? '';
  const data: unknown = type.includes('json')
    ? await response.json()
    : response.status === 204
      ? undefined
      : await response.text();
  return { data: data as T, etag: response.headers.get('ETag') ?? undefined, status: response.status };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call<T>('GET', path, signal ? { signal } : {})).data;
}

export async function post<T>(path: string, body?: unknown, intent?: Intent): Promise<T> {
  const options: CallOptions = {};
  if (body !== undefined) options.body = body;
  if (intent) options.intent = intent;
  return (await call<T>('POST', path, options)).data;
}

export async function put<T>(path: string, body: unknown, etag?: string): Promise<Answer<T>> {
  return call<T>('PUT', path, etag ? { body, headers: { 'If-Match': etag } } : { body });
}

export async function patch<T>(path: string, body: unknown): Promise<T> {
  return (await call<T>('PATCH', path, { body })).data;
}

export async function remove<T = undefined>(path: string, options: CallOptions = {}): Promise<T> {
  return (await call<T>('DELETE', path, options)).data;
}

/** `/path?a=1` without the parameters that have no value. */
export function query(path: string, params: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}
