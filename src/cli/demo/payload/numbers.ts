/**
 * Numbers for the demo's files. Their digests are committed in `crates/`, so every machine must compute the same bits.
 * ECMA-262 leaves `Math.exp`, `Math.sin`, `Math.cos` and `**` to the engine ("implementation-approximated"); additions,
 * multiplications, divisions and square roots are exact IEEE 754, so the demo's files are built from them alone.
 */

/** A reproducible source of numbers. */
export interface Noise {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Mean 0, variance 1; the sum of twelve uniforms, so never beyond ±6. */
  normal(): number;
}

/** Mulberry32: 32 bits of state, a period of 2³², integer arithmetic only. */
export function noiseFrom(seed: number): Noise {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const normal = (): number => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
  return { uniform, normal };
}

/** eˣ to about 1e-13 relative, for |x| below 700. */
export function exp(x: number): number {
  const halvings = Math.round(x / Math.LN2);
  const rest = x - halvings * Math.LN2;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 18; n++) {
    term *= rest / n;
    sum += term;
  }
  const step = halvings < 0 ? 0.5 : 2;
  for (let n = Math.abs(halvings); n > 0; n--) sum *= step;
  return sum;
}

const TAU = 2 * Math.PI;

/** Sine and cosine to about 1e-10, for arguments of some hundreds of radians. */
export function sinCos(x: number): readonly [sin: number, cos: number] {
  const reduced = x - TAU * Math.round(x / TAU);
  let term = 1;
  let sin = 0;
  let cos = 0;
  for (let n = 0; n < 28; n += 4) {
    cos += term;
    term *= reduced / (n + 1);
    sin += term;
    term *= reduced / (n + 2);
    cos -= term;
    term *= reduced / (n + 3);
    sin -= term;
    term *= reduced / (n + 4);
  }
  return [sin, cos];
}
