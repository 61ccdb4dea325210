import { QuadraxError } from '@quadrax/client';
import { describe, expect, it } from 'vitest';
import { formErrors } from './form-errors.ts';

const failure = (
  code: 'VALIDATION_FAILED' | 'EMAIL_TAKEN' | 'TAKEN',
  details: { field: string; message: string }[] = [],
) => new QuadraxError({ code, message: 'Refused.', status: 400, details });

describe('errors of a form', () => {
  it('go to their fields, with or without the part of the request named', () => {
    const error = failure('VALIDATION_FAILED', [
      { field: 'body.email', message: 'This is no email address.' },
      { field: 'password', message: 'Use at least 10 characters.' },
    ]);
    expect(formErrors(error, ['email', 'password'])).toEqual({
      fields: { email: 'This is no email address.', password: 'Use at least 10 characters.' },
      rest: undefined,
    });
  });
  it('go to the form when they belong to no field of it', () => {
    const error = failure('VALIDATION_FAILED', [{ field: 'tenant', message: 'No such tenant.' }]);
    expect(formErrors(error, ['email'])).toEqual({ fields: {}, rest: 'No such tenant.' });
  });
  it('go to the field a code is about', () => {
    expect(formErrors(failure('EMAIL_TAKEN'), ['email'], { EMAIL_TAKEN: 'email' })).toEqual({
      fields: { email: 'Refused.' },
      rest: undefined,
    });
  });
  it('go where the server says, even where their code is usually about another field', () => {
    const error = failure('TAKEN', [{ field: 'username', message: 'This user name is taken.' }]);
    expect(formErrors(error, ['email', 'username'], { EMAIL_TAKEN: 'email' })).toEqual({
      fields: { username: 'This user name is taken.' },
      rest: undefined,
    });
  });
});
