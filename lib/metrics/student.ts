/** Degrees of freedom beyond which Student's t is taken for a normal distribution (its quantile is then within 2e-4). */
const NORMAL_FROM = 20_000;

/** P(|T| ≤ t) for `df` degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4). */
function centralProbability(t: number, df: number): number {
  const angle = Math.atan(t / Math.sqrt(df));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = df % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = odd ? 2 : 1; k <= df - 3 + (odd ? 0 : 1); k += 2) {
    term *= (k / (k + 1)) * cosine * cosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

/** Quantiles found so far: a report asks for the same few again and again. */
const found = new Map<string, number>();

/**
 * The t with P(|T| ≤ t) = level, e.g. 12.706 for one degree of freedom and level 0.95; `Infinity` asks for the normal one, 1.960.
 *
 * @throws RangeError when level is not within (0, 1) or df is no positive integer.
 */
export function studentQuantile(level: number, df: number): number {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`studentQuantile() needs a level in (0, 1), got ${level}`);
  }
  if (!(df >= 1) || (Number.isFinite(df) && !Number.isInteger(df))) {
    throw new RangeError(`studentQuantile() needs a positive integer of degrees of freedom, got ${df}`);
  }
  const name = `${level} ${df}`;
  const known = found.get(name);
  if (known !== undefined) return known;
  const freedom = Math.min(df, NORMAL_FROM);
  let [low, high] = [0, 1];
  while (centralProbability(high, freedom) < level) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, freedom) < level) low = middle;
    else high = middle;
  }
  found.set(name, (low + high) / 2);
  return (low + high) / 2;
}
