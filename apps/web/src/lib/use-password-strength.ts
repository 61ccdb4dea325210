import type { PasswordStrength } from '@quadrax/contract';
import { useEffect, useState } from 'react';
import { api } from './api.ts';
import { askAtRest } from './resting.ts';

const ask = askAtRest(
  (body: { password: string; personal: string[] }, signal) => api.auth.passwordStrength(body, { signal }),
  300,
);

/**
 * What the server thinks of a password while it is typed; the answer before stays until the next is there.
 * Undefined for none, and where the server did not say.
 * @param personal names and addresses that should not be in it
 */
export function usePasswordStrength(
  password: string,
  personal: readonly string[],
): PasswordStrength | undefined {
  const [strength, setStrength] = useState<PasswordStrength>();
  const known = personal.map((word) => word.trim().slice(0, 254)).filter((word) => word !== '');
  const words = known.join('\n');
  useEffect(
    () =>
      password === ''
        ? undefined
        : ask({ password, personal: words === '' ? [] : words.split('\n') }, setStrength),
    [password, words],
  );
  return password === '' ? undefined : strength;
}
