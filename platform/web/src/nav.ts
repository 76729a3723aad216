import type { IconName } from './icon-names';
import type { Key } from './i18n';

export interface NavEntry {
  href: string;
  label: Key;
  icon: IconName;
  /** Further paths that belong to the entry. */
  also?: string[];
}

export const consoleNav: readonly NavEntry[] = [
  { href: '/home', label: 'nav.home', icon: 'house' },
  { href: '/instances', label: 'nav.instances', icon: 'server' },
  { href: '/deploy', label: 'nav.deploy', icon: 'rocket' },
  { href: '/wallet', label: 'nav.wallet', icon: 'wallet', also: ['/invoices'] },
  { href: '/account', label: 'nav.account', icon: 'shield' },
];

export const adminNav: readonly NavEntry[] = [
  { href: '/admin', label: 'nav.dashboard', icon: 'layout-dashboard' },
  { href: '/admin/customers', label: 'nav.customers', icon: 'users', also: ['/admin/gift-codes'] },
  { href: '/admin/services', label: 'nav.services', icon: 'server' },
  { href: '/admin/products', label: 'nav.products', icon: 'package' },
  {
    href: '/admin/plugins',
    label: 'nav.plugins',
    icon: 'plug',
    also: ['/admin/providers', '/admin/schema-preview'],
  },
  {
    href: '/admin/jobs',
    label: 'nav.operations',
    icon: 'activity',
    also: ['/admin/audit', '/admin/books', '/admin/invoicing', '/admin/outbox', '/admin/payments'],
  },
  { href: '/admin/settings', label: 'nav.settings', icon: 'settings' },
];

export const operationTabs: readonly NavEntry[] = [
  { href: '/admin/jobs', label: 'nav.jobs', icon: 'list-checks' },
  { href: '/admin/payments', label: 'nav.payments', icon: 'wallet' },
  { href: '/admin/books', label: 'nav.books', icon: 'scale' },
  { href: '/admin/invoicing', label: 'nav.invoicing', icon: 'file-text' },
  { href: '/admin/audit', label: 'nav.audit', icon: 'history' },
  { href: '/admin/outbox', label: 'nav.outbox', icon: 'mail' },
];

export function isCurrent(entry: NavEntry, path: string): boolean {
  const under = (base: string): boolean => path === base || path.startsWith(base + '/');
  return (entry.href === '/admin' ? path === '/admin' : under(entry.href)) || (entry.also ?? []).some(under);
}
