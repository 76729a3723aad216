/** Keeps what contains every word, ignoring case and accents; what starts with the text comes first. */
export function filterCommands<T extends { label: string; detail?: string }>(
  all: readonly T[],
  text: string,
): T[] {
  const plain = (value: string): string => value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain(text).split(/\s+/).filter(Boolean);
  const start = plain(text.trim());
  return all
    .filter((entry) => words.every((word) => plain(`${entry.label} ${entry.detail ?? ''}`).includes(word)))
    .sort((a, b) => Number(plain(b.label).startsWith(start)) - Number(plain(a.label).startsWith(start)));
}
