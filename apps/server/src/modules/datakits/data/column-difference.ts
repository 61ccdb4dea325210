/** Names that only one of two tables has, in words; undefined where they have the same. */
export function columnsDiffer(
  wanted: readonly string[],
  given: readonly string[],
): { missing: string[]; added: string[] } | undefined {
  const missing = wanted.filter((name) => !given.includes(name));
  const added = given.filter((name) => !wanted.includes(name));
  return missing.length + added.length === 0 ? undefined : { missing, added };
}

/** What a person reads of names that differ. */
export function differenceText({ missing, added }: { missing: string[]; added: string[] }): string {
  const list = (names: readonly string[]): string =>
    names
      .slice(0, 10)
      .map((name) => `"${name}"`)
      .join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
  const parts = [
    ...(missing.length > 0 ? [`the file lacks ${list(missing)}`] : []),
    ...(added.length > 0 ? [`the datakit has no ${list(added)}`] : []),
  ];
  const text = parts.join(', and ');
  return `The columns do not fit: ${text}. Names count upper and lower case.`;
}
