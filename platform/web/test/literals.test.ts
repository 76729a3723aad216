import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../src');

/** Words that are the same in every language: names, units, keys. */
const EVERYWHERE = new Set(
  ['vCPU', 'SHA-256', 'Ctrl', 'MB', 'GB', 'CSV', 'PDF', 'Minga'].concat('ssh-ed25519', 'AAAA'),
);
const SPOKEN_ATTRIBUTES = /\b(?:aria-label|aria-description|title|placeholder|alt)=(["'])(.*?)\1/g;
/** Members of the page helpers' options that end on the screen. */
const SPOKEN_MEMBERS = new Set([
  'label',
  'title',
  'text',
  'lead',
  'hint',
  'action',
  'caption',
  'placeholder',
]);
const SPOKEN_CALLS = new Set(['toast', 'notice', 'badge', 'openDialog']);
/** Stands where a value is put in. */
const HOLE = '\u0001';

function files(directory: string): string[] {
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .flatMap((path) => (statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : []));
}

function words(text: string): string[] {
  return (text.match(/\p{L}[\p{L}\p{N}-]+/gu) ?? []).filter((word) => !EVERYWHERE.has(word));
}

/** What of a template a person reads: the text between tags, and attributes that are read out. */
export function spoken(template: string): string[] {
  const bare = template.replace(/<!--[\s\S]*?-->/g, '');
  const attributes = [...bare.matchAll(SPOKEN_ATTRIBUTES)].map((found) => found[2] ?? '');
  // A quoted value may hold `>`; tags are cut off with their quoted values.
  const text = bare.replace(/<(?:[^>"']|"[^"]*"|'[^']*')*>/g, ' ').replace(/&\w+;/g, ' ');
  return [...attributes, text].flatMap((each) => words(each.replaceAll(HOLE, ' ')));
}

function literal(node: ts.Expression | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function found(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const all: string[] = [];
  const report = (node: ts.Node, hits: string[]): void => {
    if (!hits.length) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    all.push(`${relative(root, path)}:${line}: ${hits.join(' ')}`);
  };
  const sentence = (text: string | undefined): string[] =>
    // Codes and class names are no sentences: only what is written as one is looked at.
    text !== undefined && /^\p{Lu}|\s/u.test(text) ? words(text) : [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'html') {
      const template = node.template;
      const text = ts.isNoSubstitutionTemplateLiteral(template)
        ? template.text
        : template.head.text + template.templateSpans.map((span) => HOLE + span.literal.text).join('');
      report(node, spoken(text));
    }
    if (ts.isPropertyAssignment(node) && SPOKEN_MEMBERS.has(node.name.getText()))
      report(node, sentence(literal(node.initializer)));
    if (ts.isCallExpression(node) && SPOKEN_CALLS.has(node.expression.getText()))
      for (const argument of node.arguments) report(node, sentence(literal(argument)));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return all;
}

describe('what people read', () => {
  it('comes from the catalogues, not from the templates', () => {
    expect(files(root).flatMap(found)).toEqual([]);
  });

  it('is told from markup', () => {
    expect(spoken(`<p class="muted">Hello ${HOLE}</p>`)).toEqual(['Hello']);
    expect(spoken(`<button title="Close it" class="btn">${HOLE}</button>`)).toEqual(['Close', 'it']);
    expect(spoken(`<a href="/x>y" @click=${HOLE}>${HOLE}</a><!-- note -->`)).toEqual([]);
  });
});
