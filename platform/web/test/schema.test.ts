import { describe, expect, it } from 'vitest';
import {
  choicesOf,
  defaultsOf,
  differences,
  fromText,
  getAt,
  layout,
  parseSchema,
  pointer,
  secretPointers,
  setAt,
  variantsOf,
} from '../src/schema';
import type { Schema } from '../src/types';

const schema: Schema = {
  type: 'object',
  required: ['image'],
  properties: {
    port: { type: 'integer', default: 80, 'x-order': 2 },
    image: { type: 'string', 'x-order': 1 },
    token: { type: 'string', 'x-secret': true, 'x-group': 'Access' },
    debug: { type: 'boolean', 'x-advanced': true },
    limits: {
      type: 'object',
      properties: { cpu: { type: 'number', default: 0.5 }, key: { type: 'string', 'x-secret': true } },
    },
  },
};

describe('a schema', () => {
  it('is laid out by order, group and importance', () => {
    const { groups, advanced } = layout(schema);
    expect(groups.map((group) => [group.title, group.properties.map((property) => property.name)])).toEqual([
      ['', ['image', 'port', 'limits']],
      ['Access', ['token']],
    ]);
    expect(advanced.map((property) => property.name)).toEqual(['debug']);
  });

  it('never hides a required field among the advanced ones', () => {
    const hidden: Schema = { required: ['a'], properties: { a: { type: 'string', 'x-advanced': true } } };
    expect(layout(hidden).advanced).toEqual([]);
  });

  it('gives its defaults, also of inner objects', () => {
    expect(defaultsOf(schema)).toEqual({ port: 80, limits: { cpu: 0.5 } });
  });

  it('knows its secrets', () => {
    expect(secretPointers(schema)).toEqual(['/token', '/limits/key']);
  });

  it('offers choices with titles', () => {
    expect(choicesOf({ enum: ['a', 'b'] })).toEqual([
      { value: 'a', label: 'a' },
      { value: 'b', label: 'b' },
    ]);
    expect(choicesOf({ oneOf: [{ const: 1, title: 'One' }] })).toEqual([{ value: 1, label: 'One' }]);
    expect(choicesOf({ type: 'string' })).toBeUndefined();
  });

  it('finds the discriminator of variants', () => {
    const union: Schema = {
      oneOf: [
        { properties: { kind: { const: 'none' } } },
        { properties: { kind: { const: 'basic' }, user: {} } },
      ],
    };
    expect(variantsOf(union)?.discriminator).toBe('kind');
    expect(variantsOf(union)?.branches.map((branch) => branch.value)).toEqual(['none', 'basic']);
  });
});

describe('values', () => {
  it('are read from text by type', () => {
    expect(fromText({ type: 'integer' }, '12')).toBe(12);
    expect(fromText({ type: 'integer' }, '1.5')).toBeNaN();
    expect(fromText({ type: 'number' }, '0,5')).toBe(0.5);
    expect(fromText({ type: 'string' }, '')).toBeUndefined();
  });

  it('are changed without touching the original', () => {
    const before = { limits: { cpu: 1 } };
    const after = setAt(before, ['limits', 'cpu'], 2);
    expect(before.limits.cpu).toBe(1);
    expect(getAt(after, ['limits', 'cpu'])).toBe(2);
    expect(setAt(after, ['limits', 'cpu'], undefined)).toEqual({ limits: {} });
  });

  it('are compared field by field', () => {
    expect(differences({ a: 1, b: { c: [1] } }, { a: 2, b: { c: [1] }, d: true })).toEqual([
      { pointer: '/a', before: 1, after: 2 },
      { pointer: '/d', before: undefined, after: true },
    ]);
  });

  it('have pointers that escape', () => {
    expect(pointer('/config', 'a/b~c')).toBe('/config/a~1b~0c');
  });
});

describe('a schema somebody wrote', () => {
  it('is read when it describes an object with properties', () => {
    expect(parseSchema('{"properties":{"a":{"type":"string"}}}')).toEqual({
      properties: { a: { type: 'string' } },
    });
  });

  it.each([
    ['half typed', '{"properties":'],
    ['no object', '[]'],
    ['without properties', '{"type":"string"}'],
    ['a property that is no schema', '{"properties":{"a":"string"}}'],
    ['an odd list', '{"properties":{"a":{"type":"array","items":[1]}}}'],
    ['an odd choice', '{"properties":{"a":{"oneOf":{}}}}'],
    ['odd names', '{"properties":{},"required":"a"}'],
  ])('is not read when it is %s', (_, text) => {
    expect(parseSchema(text)).toBeUndefined();
  });
});
