/** Whether a text can be a delimiter: one ASCII character that is no letter, digit, point or quote. */
export const isDelimiter = (text: string): boolean =>
  text.length === 1 && text > '\u0000' && text < '\u007f' && !/["'\r\nA-Za-z0-9.]/.test(text);
