import { Cell } from './cell';
import { remember, remembered } from './i18n';

export type Theme = 'light' | 'dark' | 'auto';
export const themes: readonly Theme[] = ['light', 'dark', 'auto'];
export const theme = new Cell<Theme>((remembered('minga.theme') as Theme | undefined) ?? 'auto');

const system = matchMedia('(prefers-color-scheme: dark)');

function apply(): void {
  const dark = theme.value === 'dark' || (theme.value === 'auto' && system.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

export function chooseTheme(next: Theme): void {
  theme.value = next;
  remember('minga.theme', next === 'auto' ? undefined : next);
  apply();
}

export function followTheme(): void {
  system.addEventListener('change', apply);
  apply();
}
