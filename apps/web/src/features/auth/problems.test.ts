import { expect, it } from 'vitest';
import { problemWords } from './problems.ts';

it.each(['cancelled', 'failed', 'unavailable', 'disabled', 'no-email', 'unconfirmed', 'closed'])(
  'whoever comes back with "%s" reads a sentence, not the word',
  (problem) => {
    expect(problemWords(problem)).toMatch(/^[A-Z].+\.$/);
  },
);

it('says no word that it does not know: an address is anyone’s text', () => {
  expect(problemWords('Call 555-0100 to sign in')).not.toContain('555');
  expect(problemWords('constructor')).toMatch(/^Signing in there did not work/);
});
