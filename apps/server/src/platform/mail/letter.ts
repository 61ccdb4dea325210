/** What a mail says, before it has a form. Any part may come from people. */
export interface LetterText {
  readonly subject: string;
  /** "Hello Ada". */
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  /** The one thing to do. */
  readonly action?: { readonly label: string; readonly url: string };
  /** Why one gets this mail. */
  readonly footer: string;
}

/** The same mail as a header, as plain text and as HTML. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const longestSubject = 200;

/** One line without control characters: nothing in it can end a header or begin another. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/** @throws TypeError for an address that is none of the web: a mail leads nowhere else. */
const webAddress = (url: string): string => {
  const { protocol, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('A mail links to the web only.');
  return href;
};

/** Colours are the reader's own, so that it is legible on dark ground too; nothing is loaded from anywhere. */
const page = (subject: string, body: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(subject)}</title>
</head>
<body style="margin:0;padding:24px;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:560px">
${body.join('\n')}
</div>
</body>
</html>
`;

/** Gives a mail its three forms. @throws TypeError if the action's address is none of the web. */
export const letter = ({ greeting, paragraphs, action, footer, ...given }: LetterText): Letter => {
  const subject = oneLine(given.subject).slice(0, longestSubject);
  const said = [`${oneLine(greeting)},`, ...paragraphs.map(oneLine)];
  const url = action && webAddress(action.url);
  const label = action && oneLine(action.label);
  const end = oneLine(footer);
  const text = [...said, ...(action ? [`${label}:\n${url}`] : []), `--\n${end}`].join('\n\n');
  const html = page(subject, [
    ...said.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(url === undefined
      ? []
      : [
          `<p><a href="${escaped(url)}" style="font-weight:600">${escaped(label ?? '')}</a></p>`,
          `<p style="font-size:14px">If the link does not open, copy this address into a browser:<br><span style="overflow-wrap:anywhere">${escaped(url)}</span></p>`,
        ]),
    `<hr style="border:0;border-top:1px solid;opacity:0.3">`,
    `<p style="font-size:14px">${escaped(end)}</p>`,
  ]);
  return { subject, text: `${text}\n`, html };
};
