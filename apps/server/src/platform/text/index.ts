/**
 * The beginning of a text, at most `most` UTF-16 units with the ellipsis that says that it was cut. A character of two
 * units is not cut in half: no database takes what is left of it.
 */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${beginning(text, most - 1)}…`;

/** The first `most` UTF-16 units of a text, one less where that would cut a character in half. */
export const beginning = (text: string, most: number): string => {
  const cut = text.slice(0, most);
  return text.length > most && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
};

/**
 * A name for a file that no system stumbles over: no path, no control characters, nothing half of a character.
 * @param otherwise what it is called where nothing of the name is left
 */
export const safeFileName = (name: string, ending: string, otherwise: string): string => {
  const stem = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, '-')
    .replaceAll(/^[.\s-]+|[.\s-]+$/g, '');
  return `${beginning(stem, 120) || otherwise}.${ending}`;
};
