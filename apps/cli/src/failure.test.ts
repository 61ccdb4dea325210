import { QuadraxError } from '@quadrax/client';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { CliError, describeFailure, failureOf } from './failure.ts';

const exitOf = (error: unknown): number => failureOf(error).exit;
const remote = (status: number, code: QuadraxError['code']): QuadraxError =>
  new QuadraxError({ status, code, message: 'No.', requestId: 'r-1' });

describe('the exit code', () => {
  it('is 2 for what the person typed or configured', () => {
    expect(exitOf(new CliError('No.'))).toBe(2);
    expect(exitOf(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"))).toBe(2);
    expect(exitOf(Object.assign(new Error('Bad.'), { name: 'ConfigError' }))).toBe(2);
    expect(
      exitOf(Object.assign(new Error('In use.'), { name: 'EmbeddedPostgresError', reason: 'in-use' })),
    ).toBe(2);
  });
  it('is 3 where nobody answers: no server, a proxy without one, no database', () => {
    expect(exitOf(remote(0, 'UNREACHABLE'))).toBe(3);
    expect(exitOf(remote(503, 'UNAVAILABLE'))).toBe(3);
    expect(exitOf(Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }))).toBe(3);
    expect(exitOf(Object.assign(new Error('auth'), { code: '28P01' }))).toBe(3);
  });
  it('is 4 where the server refuses', () => {
    expect(exitOf(remote(404, 'NOT_FOUND'))).toBe(4);
    expect(exitOf(remote(503, 'NOT_CONFIGURED'))).toBe(4);
    expect(exitOf(Object.assign(new Error('Taken.'), { name: 'AppError', code: 'EMAIL_TAKEN' }))).toBe(4);
  });
  it('is 1 for faults and jobs that failed', () => {
    expect(exitOf(remote(500, 'INTERNAL'))).toBe(1);
    expect(exitOf(remote(0, 'JOB_FAILED'))).toBe(1);
    expect(exitOf(new TypeError('x is undefined'))).toBe(1);
    expect(exitOf('thrown')).toBe(1);
  });
});

describe('what is told', () => {
  it('names each field once, and the request of a fault', () => {
    const details = [
      { field: 'x', message: 'x must be a number.' },
      { field: 'y', message: 'y is missing.' },
    ];
    const error = new QuadraxError({
      status: 400,
      code: 'VALIDATION_FAILED',
      message: 'x must be a number.',
      details,
    });
    expect(describeFailure(failureOf(error))).toBe('x must be a number.\n  y: y is missing.');
    expect(describeFailure(failureOf(remote(500, 'INTERNAL')))).toBe('No.\n  Request r-1');
  });
  it('says how to sign in where the session is over', () => {
    expect(failureOf(remote(401, 'UNAUTHENTICATED')).envelope.error).toContain('quadrax login');
    expect(failureOf(remote(401, 'INVALID_CREDENTIALS')).envelope.error).not.toContain('quadrax login');
  });
  it('puts usage errors into a sentence', () => {
    const error = new CommanderError(
      1,
      'commander.unknownCommand',
      "error: unknown command 'x'\n(Did you mean y?)",
    );
    expect(failureOf(error).envelope.error).toBe("Unknown command 'x' (Did you mean y?) See: quadrax --help");
  });
});
