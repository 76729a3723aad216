/**
 * One wish of the person in front of the form. The key stays the same while the same body is sent again after a
 * lost answer or a 5xx, so that the server can recognise the repetition; a definite answer or another body ends it.
 */
export class Intent {
  #key: string | undefined;
  #body: string | undefined;

  key(body: unknown): string {
    const text = JSON.stringify(body ?? null);
    if (this.#key === undefined || this.#body !== text) {
      this.#key = newKey();
      this.#body = text;
    }
    return this.#key;
  }

  /** Tells how the attempt ended; `status` 0 means that no answer came. */
  answered(status: number): void {
    if (status !== 0 && status < 500 && status !== 401 && status !== 429) this.#key = undefined;
  }
}

/** 128 random bits; `randomUUID` is missing on plain http from another machine. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
