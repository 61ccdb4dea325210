const delimiterWords: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  space: ' ',
  colon: ':',
  pipe: '|',
  bar: '|',
};

/** The character that a delimiter is stated by: itself, its name, or `\x01`. */
export const delimiterOf = (text: string): string => {
  const code = /^\\x([0-7][0-9a-f])$/i.exec(text)?.[1];
  return code === undefined
    ? (delimiterWords[text.toLowerCase()] ?? text)
    : String.fromCharCode(parseInt(code, 16));
};

/** Whether a text can be a delimiter: one ASCII character that is no letter, digit, point or quote. */
export const isDelimiter = (text: string): boolean =>
  text.length === 1 && text > '\u0000' && text < '\u007f' && !/["'\r\nA-Za-z0-9.]/.test(text);
