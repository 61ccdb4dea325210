/* No schema in this file: pages load it. */

/** A time of day, given as milliseconds since midnight: "08:30:00", with a fraction where it has one. */
export const clockText = (milliseconds: number): string => {
  // The end of a day is no other's beginning.
  if (milliseconds >= 86_400_000) return '24:00:00';
  const text = new Date(milliseconds).toISOString().slice(11, 23);
  return text.endsWith('.000') ? text.slice(0, 8) : text;
};
