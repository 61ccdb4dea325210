const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cancelled: 'You were not signed in there. Try again, or sign in with your password.',
    unavailable: 'The service you wanted to sign in with does not answer. Try again shortly.',
    disabled: 'This account is disabled, or may enter no workspace. Ask an administrator.',
    'no-email':
      'The service did not tell your email address, which is needed here. Allow that there, and try again.',
    unconfirmed:
      'An account with your email address exists here, but the address is not confirmed. Sign in with your password, confirm it, and try again.',
    closed: 'You have no account here yet. Ask an administrator for an invitation.',
  }),
);

/** Why one came back from the provider without being signed in, by the word that the server put into the address. */
export const problemWords = (problem: string): string =>
  words.get(problem) ?? 'Signing in there did not work. Try again, or sign in with your password.';
