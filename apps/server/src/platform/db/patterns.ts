/** A person's words in a LIKE pattern, where they mean just themselves. */
export const literal = (words: string): string => words.replaceAll(/[\\%_]/g, String.raw`\$&`);

/** The LIKE pattern of whatever has a person's words in it. */
export const containing = (words: string): string => `%${literal(words)}%`;
