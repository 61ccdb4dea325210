/** What became of an attempt, in words for an administrator, and whether another can do better. */
export interface SendFailure {
  readonly reason: string;
  readonly permanent: boolean;
}

const longestReason = 500;

const firstLines = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, longestReason);

/** What the transport adds to its errors. */
interface TransportError extends Error {
  readonly code?: string;
  /** The server's reply and its status. */
  readonly response?: string;
  readonly responseCode?: number;
}

/** Codes of the transport for a refusal of this very mail, not of whoever brings it. */
const ofTheMail = new Set(['EENVELOPE', 'EMESSAGE']);

/**
 * A 5xx in reply to the mail is final (RFC 5321, 4.2.1). One in reply to the sign-in is not: once the settings are
 * put right, the mail can go.
 */
export const failureOf = (error: unknown): SendFailure => {
  if (!(error instanceof Error)) return { reason: 'It could not be sent.', permanent: false };
  const { code = '', response, responseCode: status = 0 }: TransportError = error;
  const said = firstLines(response ?? error.message);
  if (ofTheMail.has(code) && status >= 400)
    return {
      reason: `The mail server ${status >= 500 ? 'refused it' : 'did not take it yet'}: ${said}`,
      permanent: status >= 500,
    };
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return { reason: `The mail server refused SMTP_USER and SMTP_PASSWORD: ${said}`, permanent: false };
  if (code === 'ETLS')
    return { reason: `No protected connection to the mail server could be made: ${said}`, permanent: false };
  return { reason: `The mail server could not be reached: ${said}`, permanent: false };
};

const [second, minute, hour] = [1000, 60_000, 3_600_000];

/** Waits between attempts: soon at first, then so that the last one is about a day after the first. */
const waits = [
  2 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  6 * hour,
  12 * hour,
];

/** How long to wait after so many failed attempts; undefined: that was the last. */
export const waitAfter = (attempts: number): number | undefined => waits[attempts - 1];
