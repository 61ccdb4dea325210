const token = "[!#$%&'*+.^_`|~\\w-]+";
const quoted = '"(?:[^"\\\\]|\\\\.)*"';
/** A preference up to its parameters. */
const preference = new RegExp(`^\\s*(${token})\\s*(?:=\\s*(?:(${quoted}|${token})\\s*)?)?(?:;|$)`);

/** What lies between two commas; one within quotes is none. */
const membersOf = (list: string): string[] => {
  const members: string[] = [];
  let start = 0;
  let inQuotes = false;
  for (let i = 0; i < list.length; i++) {
    if (list[i] === '"') inQuotes = !inQuotes;
    else if (inQuotes && list[i] === '\\') i++;
    else if (!inQuotes && list[i] === ',') {
      members.push(list.slice(start, i));
      start = i + 1;
    }
  }
  return [...members, list.slice(start)];
};

const unquoted = (word: string): string =>
  word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word;

/**
 * The preferences of a `Prefer` header by their names in small letters, as RFC 7240 has it: several headers are one
 * list, of a name that comes twice the first counts, and no value is the same as an empty one. What cannot be read is
 * left out, as preferences may be; their parameters mean nothing to us.
 */
export const preferencesOf = (
  header: string | readonly string[] | undefined,
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const member of membersOf([header ?? []].flat().join(','))) {
    const [, name, word = ''] = preference.exec(member) ?? [];
    if (name !== undefined && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), unquoted(word));
  }
  return found;
};

/** Whether a request would rather be answered with a job than wait. `wait` is not honoured: the job comes at once. */
export const prefersLater = (header: string | readonly string[] | undefined): boolean =>
  header !== undefined && preferencesOf(header).get('respond-async') === '';
