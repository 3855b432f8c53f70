/** Seconds as a text: "1.5 s", "3 min 20 s", "1 h 5 min"; days and years where hours would be many, "?" for no number. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 60) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const days = seconds / 86_400;
  if (days >= 700) return `${(days / 365.25).toFixed(1)} years`;
  if (days >= 3) return `${Math.round(days)} days`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
