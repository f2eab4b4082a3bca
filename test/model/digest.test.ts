import { describe, expect, it } from 'vitest';
import { legacyDigest, reprDigest, strongEtag } from '../../src/model/digest.ts';

describe('a digest in a header field', () => {
  // RFC 9530 Appendix B.1: the representation {"hello": "world"} and a newline.
  const sha256 = '44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38';

  it('is written as its standard asks', () => {
    expect(reprDigest(sha256)).toBe('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:');
    expect(legacyDigest(sha256)).toBe('SHA-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=');
    expect(strongEtag(sha256.toUpperCase())).toBe(`"sha256-${sha256}"`);
  });
});
