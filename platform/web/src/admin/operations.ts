import type { TemplateResult } from 'lit';
import { t } from '../i18n';
import { operationTabs } from '../nav';
import { site } from '../session';
import { tabs } from '../ui';

/** The row of pages that look after the installation; the mail outbox only exists in a trial. */
export function operations(current: string): TemplateResult {
  return tabs(
    t('nav.operations'),
    operationTabs
      .filter((entry) => entry.href !== '/admin/outbox' || site.value?.mode === 'trial')
      .map((entry) => ({
        href: entry.href,
        label: t(entry.label),
        current: entry.href === current,
        icon: entry.icon,
      })),
  );
}
