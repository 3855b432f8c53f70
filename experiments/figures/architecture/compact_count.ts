/** A count in three digits: 987, 12.3 k, 4.56 M. */
export function compactCount(count: number): string {
  for (const [unit, name] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    // Rounded to three digits, 999,999 is 1.00 M and not 1000 k.
    if (count >= unit * 0.9995) return `${(count / unit).toPrecision(3)} ${name}`;
  }
  return String(count);
}
