import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/crate/contract.ts';
import { parseDocument } from '../../src/crate/parse.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const rules = (text: string) => parseDocument(bytes(text)).findings.map((finding) => finding.rule);

/** The one finding of bytes that could not be read. */
function refusal(input: Uint8Array | string, limits = DEFAULT_LIMITS) {
  const parsed = parseDocument(typeof input === 'string' ? bytes(input) : input, limits);
  expect(parsed).not.toHaveProperty('json');
  expect(parsed.findings).toHaveLength(1);
  const [finding] = parsed.findings;
  expect(finding).toMatchObject({ severity: 'error', layer: 'document', profile: 'crate', pointer: null });
  return { rule: finding?.rule, message: finding?.message ?? '' };
}

describe('bytes that are no document', () => {
  it('refuses more bytes than the limit without reading them', () => {
    const refused = refusal('{"a": 1}', { maxBytes: 7, maxDepth: 10 });
    expect(refused).toEqual({ rule: 'too-large', message: 'The document has 8 bytes; the limit is 7.' });
    expect(parseDocument(bytes('{"a":1}'), { maxBytes: 7, maxDepth: 10 }).json).toEqual({ a: 1 });
  });

  it('has a default limit of 64 MiB', () => {
    expect(refusal(new Uint8Array(64 * 1024 * 1024 + 1)).rule).toBe('too-large');
  });

  it('names the first byte that is not UTF-8', () => {
    const latin1 = Uint8Array.from([...bytes('{"name": "'), 0xfc, ...bytes('"}')]);
    expect(refusal(latin1)).toEqual({
      rule: 'not-utf8',
      message: 'The document is not UTF-8: byte 10 starts no character. Save it as UTF-8.',
    });
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 200_000])('finds the byte behind %i good ones', (before) => {
    const good = bytes('ü'.repeat(before / 2 + 1)).subarray(0, before - (before % 2));
    const broken = Uint8Array.from([...good, 0xff, 0x20, 0x20]);
    expect(refusal(broken).message).toContain(`byte ${good.length} `);
  });

  it('recognises UTF-16', () => {
    expect(refusal(Uint8Array.from([0xff, 0xfe, 0x7b, 0x00])).message).toContain('UTF-16');
  });

  it.each([
    ['', 'line 1, column 1 has the end of the document where a value should be'],
    ['{"size": NaN}', 'line 1, column 10 has "NaN" where a value should be'],
    ['{\n  "size": -Infinity\n}', 'line 2, column 11 has "-Infinity" where a value should be'],
    ['{"a": 1,}', 'line 1, column 9 has "}" where a name in double quotes should be'],
    ["{'a': 1}", `line 1, column 2 has "'" where a name in double quotes should be`],
    ['{"a" 1}', 'line 1, column 6 has "1" where a colon should be'],
    ['[1, 2', 'line 1, column 6 has the end of the document where a comma or ] should be'],
    ['{"a": "b', 'line 1, column 9 has the end of the document where a closing quote should be'],
    ['{"a": "\\x"}', 'line 1, column 8 has "\\\\" where an escape of JSON should be'],
    ['{"a": "tab\there"}', 'line 1, column 11 has "\\t" where an escaped control character should be'],
    ['{} {}', 'line 1, column 4 has "{" where the end of the document should be'],
    ['{"a": 01}', 'line 1, column 7 has "01" where a value should be'],
    ['<html>', 'line 1, column 1 has "<" where a value should be'],
  ])('says where %j is not JSON', (text, place) => {
    expect(refusal(text)).toEqual({ rule: 'not-json', message: `The document is not valid JSON: ${place}.` });
  });

  it('counts depth outside strings, before anything is built', () => {
    const limits = { maxBytes: 100_000_000, maxDepth: 3 };
    expect(refusal('[[[[1]]]]', limits).rule).toBe('too-deep');
    expect(refusal('{"a":[{"b":[]}]}', limits).rule).toBe('too-deep');
    expect(parseDocument(bytes('["[[[[", {"{{\\"{{": ["\\\\"]}]'), limits).findings).toEqual([]);
    expect(refusal('['.repeat(10_000_000)).rule).toBe('too-deep');
  });
});

describe('documents that read but must not be stored', () => {
  it('points at NUL characters in strings', () => {
    const parsed = parseDocument(bytes('{"@graph": [{"@id": "./", "a~/b": ["x", "y\\u0000z"]}]}'));
    expect(parsed.json).toBeDefined();
    expect(parsed.findings).toMatchObject([
      { rule: 'nul-character', severity: 'error', pointer: '/@graph/0/a~0~1b/1', entity: './' },
    ]);
  });

  it('points at the object whose key is bad, since such a pointer could not be stored either', () => {
    const { findings } = parseDocument(bytes('{"a": {"b\\u0000": 1}, "c": {"\\ud800": 2}}'));
    expect(findings.map(({ rule, pointer }) => [rule, pointer])).toEqual([
      ['nul-character', '/a'],
      ['lone-surrogate', '/c'],
    ]);
  });

  it('tells half a surrogate pair from a whole one', () => {
    expect(rules('["\\ud83d\\ude00", "\\u00e9"]')).toEqual([]);
    expect(rules('["\\ud83d"]')).toEqual(['lone-surrogate']);
    expect(rules('["\\ude00\\ud83d"]')).toEqual(['lone-surrogate']);
  });

  it('says nothing in its findings that a database would refuse', () => {
    const { findings } = parseDocument(
      bytes('{"@graph":[{"@id":"x\\u0000\\ud800","\\u0000":{"n":"\\udfff"}}]}'),
    );
    expect(findings.length).toBeGreaterThan(2);
    for (const finding of findings) {
      const text = JSON.stringify(finding);
      expect(text).not.toContain('\\u0000');
      expect(text).not.toMatch(/\\ud[89a-f]/i);
    }
  });

  it('reports prototype keys, however escaped, and pollutes nothing', () => {
    const parsed = parseDocument(
      bytes('{"__proto__": {"polluted": 1}, "a": {"\\u005f_proto__": 2, "constructor": 3}}'),
    );
    expect(parsed.findings.map(({ rule, severity, pointer }) => [rule, severity, pointer])).toEqual([
      ['unsafe-key', 'error', ''],
      ['unsafe-key', 'error', '/a'],
      ['unsafe-key', 'warning', '/a'],
    ]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('ends a flood of findings', () => {
    const { findings } = parseDocument(bytes(`[${'"\\u0000",'.repeat(5000)}1]`));
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)?.message).toContain('4900 more');
  });

  it('takes a byte order mark with a warning', () => {
    const parsed = parseDocument(bytes('\ufeff{"a": 1}'));
    expect(parsed.json).toEqual({ a: 1 });
    expect(parsed.findings).toMatchObject([{ rule: 'byte-order-mark', severity: 'warning', pointer: '' }]);
  });
});

describe('any input', () => {
  it('never throws, and has json or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        const parsed = parseDocument(input);
        return 'json' in parsed || parsed.findings.some((finding) => finding.severity === 'error');
      }),
    );
  });

  it('reads all JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseDocument(bytes(text)).json).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds a place wherever JSON.parse finds a mistake', () => {
    const damaged = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '"', '}', ']', ',', ':', '\\', '0', 'x'),
    );
    fc.assert(
      fc.property(damaged, ([text, at, put]) => {
        const position = at % (text.length + 1);
        const broken = text.slice(0, position) + put + text.slice(position + 1);
        const parsed = parseDocument(bytes(broken));
        return 'json' in parsed || /line \d+, column \d+/.test(parsed.findings[0]?.message ?? '');
      }),
      { numRuns: 2000 },
    );
  });
});
