import { html, nothing, type TemplateResult } from 'lit';
import { get } from './api';
import { Cell } from './cell';
import { iconNames, type IconName } from './icon-names';
import { addLabels, lang } from './i18n';
import { getAt } from './schema';
import { me } from './session';
import { shown } from './text';
import type { Instance } from './types';
import { icon } from './ui';

export interface AddedColumn {
  id: string;
  list: string;
  label: string;
  /** A JSON Pointer into a machine. */
  value: string;
}

export interface AddedTile {
  id: string;
  label: string;
  icon?: string;
  count: 'all' | 'running' | 'stopped';
}

export interface AddedFrame {
  id: string;
  slot: string;
  label: string;
  icon?: string;
  src: string;
  height: number;
  reads: string[];
}

/** What one plugin adds to the pages. */
export interface Addition {
  plugin: string;
  version: string;
  offerings: string[];
  title: string;
  icon?: string;
  labels: Record<string, string>;
  columns: AddedColumn[];
  tiles: AddedTile[];
  frames: AddedFrame[];
}

export const additions = new Cell<readonly Addition[]>([]);
let asked = '';
let answered = false;

/** Whether there was an answer of either kind: what is not among the additions then is not there. */
export function additionsAreKnown(): boolean {
  return answered;
}

/** Asks once per account and language. Pages are whole without an answer, so nobody is told of a failure. */
export function wantAdditions(): void {
  const who = me.value?.id;
  const question = `${who ?? ''} ${lang.value}`;
  if (!who || question === asked) return;
  asked = question;
  get<{ items: Addition[] }>('/contributions')
    .then((answer) => {
      if (question !== asked) return;
      addLabels(Object.assign({}, ...answer.items.map((each) => each.labels)) as Record<string, string>);
      answered = true;
      additions.value = answer.items;
    })
    .catch(() => {
      answered = true;
      additions.value = [];
    });
}

/** Asks anew: a plugin may have been replaced since. */
export function renewAdditions(): void {
  asked = '';
  wantAdditions();
}

export function offeringOf(instance: Instance): string {
  return typeof instance.plan === 'object' ? (instance.plan.offering ?? '') : '';
}

export function additionsFor(offering: string): readonly Addition[] {
  return additions.value.filter((each) => each.offerings.includes(offering));
}

/** What an added column shows of a machine; nothing where the machine is of another product. */
export function valueOf(addition: Addition, column: AddedColumn, instance: Instance): string {
  if (!addition.offerings.includes(offeringOf(instance))) return '';
  return shown(getAt(instance, column.value.slice(1).split('/')));
}

/** The columns that say something of at least one of the machines. */
export function addedColumns(
  list: string,
  instances: readonly Instance[],
): { addition: Addition; column: AddedColumn }[] {
  return additions.value.flatMap((addition) =>
    addition.columns
      .filter((column) => column.list === list)
      .filter((column) => instances.some((each) => valueOf(addition, column, each)))
      .map((column) => ({ addition, column })),
  );
}

export function countOf(addition: Addition, tile: AddedTile, instances: readonly Instance[]): number {
  return instances.filter(
    (each) =>
      addition.offerings.includes(offeringOf(each)) && (tile.count === 'all' || each.state === tile.count),
  ).length;
}

/** A picture of the plugin's own, or one of ours by its name. */
export function addedIcon(name: string | undefined, size = 16): TemplateResult | typeof nothing {
  if (!name) return nothing;
  if (name.startsWith('/plugin-ui/'))
    return html`<img class="icon" src=${name} width=${size} height=${size} alt="" />`;
  return icon((iconNames as readonly string[]).includes(name) ? (name as IconName) : 'plug', size);
}

/** The picture of the plugin an offering comes from. */
export function offeringIcon(offering: string, size = 16): TemplateResult | typeof nothing {
  return addedIcon(additionsFor(offering).find((each) => each.icon)?.icon, size);
}
