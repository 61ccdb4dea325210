import { QuadraxError } from '@quadrax/client';
import { describe, expect, it } from 'vitest';
import { failureOf, isUnanswered } from './failure.ts';

describe('a failure that a page shows', () => {
  it('is what the server said', () => {
    const refusal = new QuadraxError({
      code: 'VALIDATION_FAILED',
      message: 'The request is not valid.',
      status: 400,
      details: [{ field: 'name', message: 'Give it a name.' }],
      requestId: 'r1',
    });
    expect(failureOf(refusal)).toBe(refusal);
  });
  it('is a sentence also where the page itself failed', () => {
    expect(failureOf(new Error('This browser cannot do that.'))).toEqual({
      message: 'This browser cannot do that.',
      details: [],
    });
    expect(failureOf('?').message).toMatch(/reload/i);
  });
  it('of a call that was stopped is called that', () => {
    expect(failureOf(new DOMException('x', 'AbortError')).message).toBe('The request was stopped.');
  });
  it('is the missing answer only where none came', () => {
    expect(isUnanswered(new QuadraxError({ code: 'UNREACHABLE', message: 'Away.' }))).toBe(true);
    expect(isUnanswered(new QuadraxError({ code: 'INTERNAL', message: 'Failed.', status: 500 }))).toBe(false);
    expect(isUnanswered(new TypeError('Failed to fetch'))).toBe(false);
  });
});
