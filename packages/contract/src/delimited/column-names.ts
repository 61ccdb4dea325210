/** More columns than this are refused: every one costs a query, a form field and a line on a page. */
export const maxColumns = 4096;
const maxNameLength = 255;

/** Names that JavaScript objects already answer to; a client that builds records from a table would break on them. */
const reserved: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export type NameProblem = string;

/**
 * Column names as they are kept: trimmed, otherwise exact, unique. An empty name becomes `column_3` (or the next free
 * one). Returns what is wrong with them in `problems`; names that differ in case only are two columns.
 */
export function nameColumns(raw: readonly string[]): { names: string[]; problems: NameProblem[] } {
  if (raw.length > maxColumns) {
    const count = raw.length.toLocaleString('en');
    return {
      names: [],
      problems: [`The file has ${count} columns; at most ${maxColumns.toLocaleString('en')} are accepted.`],
    };
  }
  const trimmed = raw.map((name) => name.trim());
  const taken = new Set(trimmed);
  const seen = new Map<string, number>();
  const problems: NameProblem[] = [];
  const names = trimmed.map((name, index) => {
    if (name === '') return freeName(index, taken);
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      problems.push(
        `Columns ${earlier + 1} and ${index + 1} have the same name "${shown(name)}". Rename one of them.`,
      );
    } else seen.set(name, index);
    const problem = nameProblem(name, index);
    if (problem) problems.push(problem);
    return name;
  });
  return { names, problems: problems.slice(0, 20) };
}

function nameProblem(name: string, index: number): NameProblem | undefined {
  const where = `Column ${index + 1}`;
  if (reserved.has(name)) return `${where} is named "${name}", which cannot be a column name. Rename it.`;
  if (hasControl(name)) return `The name of column ${index + 1} holds a control character. Rename it.`;
  if (name.length > maxNameLength) {
    return `The name of column ${index + 1} is longer than ${maxNameLength} characters. Shorten it, or add a header line.`;
  }
  return undefined;
}

function hasControl(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 32 || (code >= 127 && code < 160)) return true;
  }
  return false;
}

function freeName(index: number, taken: Set<string>): string {
  let name = `column_${index + 1}`;
  for (let suffix = 2; taken.has(name); suffix++) name = `column_${index + 1}_${suffix}`;
  taken.add(name);
  return name;
}

function shown(name: string): string {
  if (name.length <= 60) return name;
  // A character of two units is not cut in half.
  return `${name.slice(0, 59).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
