/** A value as the text of an input field; what is no scalar is written as JSON. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}

/** The first of the named members that holds text; events of other hosts and versions may lack some. */
export function textOf(data: Record<string, unknown>, ...names: string[]): string {
  for (const name of names) {
    const value = data[name];
    if (typeof value === 'string') return value;
  }
  return '';
}
