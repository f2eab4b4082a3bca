import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParsedRecord, parseRecord, RECORD_LIMITS } from '../../../src/mapping/lambda-record/parse.ts';
import type { JsonValue } from '../../../src/model/json.ts';

function parse(text: string, mediaType: string | null = null): ParsedRecord {
  return parseRecord(Buffer.from(text), mediaType);
}

function refused(text: string, mediaType: string | null = null): string {
  const { json, findings } = parse(text, mediaType);
  expect(json).toBeUndefined();
  expect(findings.every(({ profile, layer }) => profile === 'crate' && layer === 'document')).toBe(true);
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ rule }) => rule)
    .join();
}

describe('reading a record', () => {
  it.each<[string, string, JsonValue]>([
    [
      'YAML',
      'id: a:b\nn: 1.50\nd: 2024-05-10\ny: yes\ne:\nl:\n- x\n',
      { id: 'a:b', n: 1.5, d: '2024-05-10', y: 'yes', e: null, l: ['x'] },
    ],
    ['JSON', '{"id": "a:b", "n": [1, {"k:": "\\":"}]}', { id: 'a:b', n: [1, { 'k:': '":' }] }],
    ['YAML in one line', '{id: a:b, n: [1, 2]}', { id: 'a:b', n: [1, 2] }],
    ['YAML after a byte order mark', '\ufeffid: a', { id: 'a' }],
    ['keys that are numbers', '1: a\ntrue: b', { '1': 'a', true: 'b' }],
    ['an alias', 'a: &x {k: 1}\nb: *x\nc: &x 2\nd: *x', { a: { k: 1 }, b: { k: 1 }, c: 2, d: 2 }],
    ['tags of YAML’s own core', 'a: !!str 12\nb: !!int "3"', { a: '12', b: 3 }],
    ['a key of JavaScript’s', 'constructor: 1', { constructor: 1 }],
    ['nothing', '', null],
  ])('reads %s', (_, text, json) => {
    expect(parse(text).json).toEqual(json);
  });

  it('takes the media type’s word for JSON', () => {
    expect(refused('{id: a}', 'application/ld+json; charset=utf-8')).toBe('not-json');
    expect(parse('{"id": "a"}', 'application/json').json).toEqual({ id: 'a' });
    expect(parse('{"id": "a"}', 'application/yaml').json).toEqual({ id: 'a' });
  });

  it.each<[string, string, string]>([
    ['a tag that builds something', 'a: !!js/function "x"', 'custom-tag'],
    ['a tag of its own', 'a: !thing {b: 1}', 'custom-tag'],
    ['binary', 'a: !!binary aGk=', 'custom-tag'],
    ['a key given twice', 'a: 1\nb:\n  c: 1\n  c: 2', 'repeated-key'],
    ['a key given twice in JSON', '{"a": 1, "a": 2}', 'repeated-key'],
    ['a key that is a list', '? [a]\n: b', 'not-yaml'],
    ['a second document', 'a: 1\n---\nb: 2', 'not-yaml'],
    ['an alias of nothing', 'a: *b', 'not-yaml'],
    ['a list without an end', 'a: [1', 'not-yaml'],
    ['tabs for indentation', 'a:\n\tb: 1', 'not-yaml'],
    ['a value that holds itself', 'a: &a [*a]', 'too-deep'],
    ['deep lists', `a: ${'['.repeat(100_000)}`, 'too-deep'],
    ['deep JSON', '['.repeat(100_000), 'too-deep'],
    ['deep dashes', `${'- '.repeat(50_000)}a`, 'too-deep'],
    ['deep question marks', `${'? '.repeat(50_000)}a`, 'too-deep'],
    ['deep indents', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'too-deep'],
  ])('refuses %s', (_, text, rule) => {
    expect(refused(text)).toBe(rule);
  });

  it('refuses what aliases blow up beyond its limit of values', () => {
    let laughs = 'a: &a [x, x, x, x, x, x, x, x, x]\n';
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'].map((pair) => [...pair])) {
      laughs += `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]\n`;
    }
    const limits = { ...RECORD_LIMITS, maxValues: 10_000 };
    const blown = parseRecord(Buffer.from(laughs), null, limits);
    expect(blown.json).toBeUndefined();
    expect(blown.findings.map(({ rule }) => rule)).toEqual(['too-large']);
    // A buffer that many samples share is no bomb.
    const shared = `b: &b {ph: 7, salt: [NaCl]}\ns:\n${'- *b\n'.repeat(1000)}`;
    expect(parse(shared).json).toMatchObject({ s: Array(1000).fill({ ph: 7, salt: ['NaCl'] }) });
  });

  it('refuses bytes beyond the limits, and bytes that are no text', () => {
    const long = parseRecord(new Uint8Array(RECORD_LIMITS.maxYamlBytes + 1).fill(0x61));
    expect(long.findings.map(({ rule }) => rule)).toEqual(['too-large']);
    expect(long.findings[0]?.message).toContain(`the limit for YAML is ${RECORD_LIMITS.maxYamlBytes}`);
    const wide = parseRecord(Uint8Array.from([0xff, 0xfe, 0x61, 0x00]));
    expect(wide.findings.map(({ rule }) => rule)).toEqual(['not-utf8']);
  });

  it('names the line of a mistake', () => {
    const { findings } = parse('id: a\nb: "x\n');
    expect(findings[0]?.message).toMatch(/^The record is not valid YAML at line \d, column \d+: /);
  });

  it('reads numbers that JSON does not have as null or text, with a warning each', () => {
    const { json, findings } = parse(
      'a: .inf\nb: -.NaN\nb2: .nan\nc: 1e999\nd: 12345678901234567890\ne: -0.0\nf: 0x1F\ng: 007',
    );
    expect(json).toEqual({
      a: null,
      b: '-.NaN',
      b2: null,
      c: null,
      d: '12345678901234567890',
      e: 0,
      f: 31,
      g: '007',
    });
    expect(findings.map(({ rule, pointer, severity }) => [rule, pointer, severity])).toEqual([
      ['not-a-number', '/a', 'warning'],
      ['not-a-number', '/b2', 'warning'],
      ['not-a-number', '/c', 'warning'],
      ['unsafe-integer', '/d', 'warning'],
      ['leading-zero', '/g', 'warning'],
    ]);
  });

  it('merges nothing by `<<`, and says so', () => {
    const { json, findings } = parse('b: &b {c: 1}\na:\n  <<: *b\n  d: 2');
    expect(json).toEqual({ b: { c: 1 }, a: { '<<': { c: 1 }, d: 2 } });
    expect(findings.map(({ rule, pointer }) => [rule, pointer])).toEqual([['merge-key', '/a']]);
  });

  it.each([
    ['a: "\\0"', 'nul-character'],
    ['a: "\\ud800"', 'lone-surrogate'],
    ['__proto__: {a: 1}', 'unsafe-key'],
    ['{"a": "\\u0000"}', 'nul-character'],
  ])('reports what no database takes: %s', (text, rule) => {
    const { json, findings } = parse(text);
    expect(json).toBeDefined();
    expect(findings.map((finding) => [finding.rule, finding.severity])).toEqual([[rule, 'error']]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('never throws, and gives JSON or a reason', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc
        .array(
          fc.constantFrom(
            'a',
            ':',
            ' ',
            '\n',
            '- ',
            '[',
            ']',
            '{',
            '}',
            '&x',
            '*x',
            '!!t',
            '|',
            '"',
            "'",
            '?',
            '#',
            '1e9',
            '<<',
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(noise, fc.constantFrom(null, 'application/json'), (text, mediaType) => {
        const { json, findings } = parse(text, mediaType);
        if (json === undefined) expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
        else expect(JSON.parse(JSON.stringify(json))).toEqual(json);
      }),
    );
  });

  it('reads JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ value });
        expect(parse(text).json).toEqual(JSON.parse(text));
      }),
    );
  });
});
