import { loginsOf } from './roles.ts';

/** One of the product's logins as the userlist of pgbouncer has it. */
export interface PoolerLogin {
  readonly user: string;
  /** Stands for the password and cannot be turned back into it. */
  readonly verifier: string;
}

/** The logins that a pooler in front of the database has to know: the same for as long as the secret is. */
export const poolerLogins = (databaseUrl: string, secret: string): PoolerLogin[] => {
  const { app, system } = loginsOf(decodeURIComponent(new URL(databaseUrl).pathname.slice(1)), secret);
  return [app, system].map(({ user, verifier }) => ({ user, verifier }));
};
