import { QuadraxError } from '@quadrax/client';
import { CommanderError } from 'commander';

/** What a script can tell apart. */
export const exitCodes = { fault: 1, usage: 2, unreachable: 3, refused: 4 } as const;

/** Something the person at the keyboard can put right. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exit: number;

  constructor(message: string, code = 'USAGE', exit: number = exitCodes.usage) {
    super(message);
    this.code = code;
    this.exit = exit;
  }
}

/** A failure as it is told: the API's own error envelope, and the exit code. */
export interface Failure {
  readonly exit: number;
  readonly envelope: {
    readonly success: false;
    readonly error: string;
    readonly code: string;
    readonly details?: readonly { readonly field: string; readonly message: string }[];
    readonly requestId?: string;
  };
}

const failure = (exit: number, code: string, error: string): Failure => ({
  exit,
  envelope: { success: false, error, code },
});

const remote = (error: QuadraxError): Failure => {
  const { status, code, details, requestId } = error;
  const refused = (status >= 400 && status < 500) || code === 'NOT_CONFIGURED';
  const nobody = code === 'UNREACHABLE' || (status >= 502 && status <= 504);
  const exit = refused ? exitCodes.refused : nobody ? exitCodes.unreachable : exitCodes.fault;
  const signIn = status === 401 && code !== 'INVALID_CREDENTIALS';
  const message = signIn ? `${error.message} Sign in with: quadrax login` : error.message;
  return {
    exit,
    envelope: {
      success: false,
      error: message,
      code,
      ...(details.length > 0 && { details }),
      ...(requestId !== undefined && { requestId }),
    },
  };
};

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** What a refused or missing database says, by PostgreSQL's and Node's codes. */
const databaseSays: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there. Check DATABASE_URL and that PostgreSQL runs.',
  ENOTFOUND: 'There is no such host. Check DATABASE_URL.',
  ETIMEDOUT: 'It does not answer. Check DATABASE_URL and the network.',
  '28P01': 'It refused the password. Check DATABASE_URL.',
  '28000': 'It refused the user. Check DATABASE_URL.',
  '3D000': 'The database does not exist. Create it (createdb), or check DATABASE_URL.',
};

const local = (error: Error): Failure => {
  const code = codeOf(error);
  const says = databaseSays[code ?? ''];
  if (says !== undefined)
    return failure(
      exitCodes.unreachable,
      'DATABASE_UNREACHABLE',
      `The database cannot be used: ${error.message || code}. ${says}`,
    );
  if (error.name === 'ConfigError' || error.name === 'RolesError')
    return failure(exitCodes.usage, 'CONFIGURATION', error.message);
  if (error.name === 'EmbeddedPostgresError') {
    const reason = 'reason' in error ? String(error.reason) : '';
    const mendable = ['in-use', 'unreachable-folder', 'foreign-owner', 'unsupported'].includes(reason);
    return failure(mendable ? exitCodes.usage : exitCodes.fault, 'DATABASE_FAILED', error.message);
  }
  if (error.name === 'AppError') return failure(exitCodes.refused, code ?? 'REFUSED', error.message);
  return failure(exitCodes.fault, 'FAULT', error.message);
};

/** Commander's messages in our manner of writing. */
const sentence = (message: string): string => {
  const plain = message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}. See: quadrax --help`.replace('?). ', '?) ');
};

/** Any thrown value as what is told about it. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof CliError) return failure(error.exit, error.code, error.message);
  if (error instanceof QuadraxError) return remote(error);
  if (error instanceof CommanderError) return failure(exitCodes.usage, 'USAGE', sentence(error.message));
  if (error instanceof Error) return local(error);
  return failure(exitCodes.fault, 'FAULT', String(error));
};

/** For people: the sentence, what is wrong with which field, and what finds it in the server's log. */
export const describeFailure = ({ envelope, exit }: Failure): string => {
  const fields = (envelope.details ?? [])
    .filter(({ message }) => !envelope.error.includes(message))
    .map(({ field, message }) => `  ${field}: ${message}`);
  const trail =
    exit === exitCodes.fault && envelope.requestId !== undefined ? [`  Request ${envelope.requestId}`] : [];
  return [envelope.error, ...fields, ...trail].join('\n');
};
