type Cell = string | number | boolean | null | undefined;

function field(value: Cell): string {
  const words = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}

/** CSV by RFC 4180, with a head line; numbers in full precision, missing values empty. */
export const toCsv = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [columns, ...rows].map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
