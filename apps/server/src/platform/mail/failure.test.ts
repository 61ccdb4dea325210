import { describe, expect, it } from 'vitest';
import { failureOf, waitAfter } from './failure.ts';

const thrown = (message: string, fields: Record<string, unknown>): Error =>
  Object.assign(new Error(message), fields);

describe('a failed attempt', () => {
  it('is final where the server refuses the mail for good', () => {
    const error = thrown('Can’t send mail', {
      code: 'EENVELOPE',
      responseCode: 550,
      response: '550 No such user',
    });
    expect(failureOf(error)).toEqual({
      permanent: true,
      reason: 'The mail server refused it: 550 No such user',
    });
  });

  it.each([
    [{ code: 'EENVELOPE', responseCode: 451, response: '451 Later' }, 'did not take it yet: 451 Later'],
    [{ code: 'EMESSAGE', responseCode: 421, response: '421 Busy' }, 'did not take it yet: 421 Busy'],
    [
      { code: 'EAUTH', responseCode: 535, response: '535 Wrong' },
      'refused SMTP_USER and SMTP_PASSWORD: 535 Wrong',
    ],
    [{ code: 'ETLS' }, 'No protected connection'],
    [{ code: 'ESOCKET' }, 'could not be reached: It failed.'],
    [{}, 'could not be reached: It failed.'],
  ])('is not where another can do better: %j', (fields, words) => {
    const { permanent, reason } = failureOf(thrown('It failed.', fields));
    expect(permanent).toBe(false);
    expect(reason).toContain(words);
  });

  it('is told on one line of a length that can be read', () => {
    const { reason } = failureOf(thrown(`a\r\nb${'c'.repeat(5000)}`, {}));
    expect(reason).toMatch(/a bc+$/);
    expect(reason.length).toBeLessThan(600);
  });
});

describe('waiting between attempts', () => {
  const waits = Array.from({ length: 9 }, (_unused, i) => waitAfter(i + 1) ?? 0);

  it('grows, from seconds, over about a day', () => {
    expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
    expect(waits[0]).toBeLessThan(5000);
    const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(18);
    expect(hours).toBeLessThan(30);
  });

  it('ends with the tenth', () => {
    expect(waitAfter(10)).toBeUndefined();
  });
});
