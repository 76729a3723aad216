import type { Schema } from './types';

export type Values = Record<string, unknown>;

export interface Property {
  name: string;
  schema: Schema;
  required: boolean;
}

export interface Layout {
  /** The first group has no title. */
  groups: { title: string; properties: Property[] }[];
  advanced: Property[];
}

export function typeOf(schema: Schema): string {
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== 'null') : schema.type;
  if (type) return type;
  if (schema.enum) return typeof schema.enum[0] === 'number' ? 'number' : 'string';
  return schema.properties || schema.oneOf ? 'object' : 'string';
}

function ordered(schema: Schema): Property[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .map(([name, property], index) => ({ name, schema: property, required: required.has(name), index }))
    .sort((a, b) => (a.schema['x-order'] ?? 1000) - (b.schema['x-order'] ?? 1000) || a.index - b.index)
    .map(({ name, schema: property, required: needed }) => ({ name, schema: property, required: needed }));
}

export function layout(schema: Schema): Layout {
  const groups: Layout['groups'] = [];
  const advanced: Property[] = [];
  for (const property of ordered(schema)) {
    if (property.schema['x-advanced'] && !property.required) {
      advanced.push(property);
      continue;
    }
    const title = property.schema['x-group'] ?? '';
    let group = groups.find((each) => each.title === title);
    if (!group) {
      group = { title, properties: [] };
      if (title) groups.push(group);
      else groups.unshift(group);
    }
    group.properties.push(property);
  }
  return { groups, advanced };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSchema(value: unknown): value is Schema {
  if (!isObject(value)) return false;
  const { properties, items, oneOf, required } = value;
  return (
    (properties === undefined || (isObject(properties) && Object.values(properties).every(isSchema))) &&
    (items === undefined || isSchema(items)) &&
    (oneOf === undefined || (Array.isArray(oneOf) && oneOf.every(isSchema))) &&
    (required === undefined || Array.isArray(required))
  );
}

/** The schema somebody wrote; undefined while it is none of an object with properties. */
export function parseSchema(text: string): Schema | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isSchema(parsed) && parsed.properties ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function defaultsOf(schema: Schema): Values {
  const values: Values = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default !== undefined) values[name] = structuredClone(property.default);
    else if (property.const !== undefined) values[name] = property.const;
    else if (typeOf(property) === 'object' && property.properties) {
      const inner = defaultsOf(property);
      if (Object.keys(inner).length) values[name] = inner;
    }
  }
  return values;
}

export function pointer(prefix: string, name: string): string {
  return `${prefix}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The choices of a closed list: `enum`, or `oneOf` of constants with titles, or options the server computed. */
export function choicesOf(schema: Schema): { value: string | number; label: string }[] | undefined {
  const options = schema['x-options'];
  if (Array.isArray(options)) {
    return options.map((option) => ({
      value: option.value,
      label: option.title ?? option.label ?? String(option.value),
    }));
  }
  if (schema.oneOf?.every((each) => each.const !== undefined && !each.properties)) {
    return schema.oneOf.map((each) => ({
      value: each.const as string | number,
      label: each.title ?? String(each.const),
    }));
  }
  return schema.enum?.map((value) => ({ value, label: String(value) }));
}

/** The variants of a `oneOf` whose branches are told apart by one constant property. */
export function variantsOf(
  schema: Schema,
): { discriminator: string; branches: { value: string; schema: Schema }[] } | undefined {
  if (!schema.oneOf?.length) return undefined;
  const [first] = schema.oneOf;
  const discriminator = Object.entries(first?.properties ?? {}).find(
    ([, property]) => property.const !== undefined,
  )?.[0];
  if (!discriminator) return undefined;
  return {
    discriminator,
    branches: schema.oneOf.map((branch) => ({
      value: String(branch.properties?.[discriminator]?.const),
      schema: branch,
    })),
  };
}

export function getAt(values: unknown, path: readonly string[]): unknown {
  let at: unknown = values;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Values)[name];
  }
  return at;
}

/** A copy with one value changed; undefined removes it. */
export function setAt(values: Values, path: readonly string[], value: unknown): Values {
  const [name, ...rest] = path;
  if (name === undefined) return values;
  const copy = { ...values };
  if (rest.length) {
    const inner = copy[name];
    copy[name] = setAt(typeof inner === 'object' && inner !== null ? (inner as Values) : {}, rest, value);
  } else if (value === undefined) Reflect.deleteProperty(copy, name);
  else copy[name] = value;
  return copy;
}

/** What an input's text means for a schema; undefined is "not given", NaN is "not a number". */
export function fromText(schema: Schema, text: string): unknown {
  const type = typeOf(schema);
  if (text === '') return undefined;
  if (type === 'integer' || type === 'number') {
    const value = Number(text.replace(',', '.'));
    return type === 'integer' && !Number.isInteger(value) ? Number.NaN : value;
  }
  const choice = schema.enum?.find((each) => String(each) === text);
  return choice ?? text;
}

export interface Difference {
  pointer: string;
  before: unknown;
  after: unknown;
}

export function differences(before: unknown, after: unknown, at = ''): Difference[] {
  const plain = (value: unknown): value is Values =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (plain(before) && plain(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      differences(before[name], after[name], pointer(at, name)),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ pointer: at, before, after }];
}

/** The names of all secret fields, one level deep as the schemas are. */
export function secretPointers(schema: Schema, at = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const here = pointer(at, name);
    return property['x-secret'] ? [here] : secretPointers(property, here);
  });
}
