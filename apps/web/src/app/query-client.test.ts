import { QuadraxError } from '@quadrax/client';
import { expect, it } from 'vitest';
import { mayPass } from './query-client.ts';

it.for([
  [0, 'UNREACHABLE', true],
  [429, 'RATE_LIMITED', true],
  [503, 'UNAVAILABLE', true],
  // Nobody sets up a mail server between two tries.
  [503, 'NOT_CONFIGURED', false],
  [409, 'CONFLICT', false],
] as const)('%i %s is tried again: %s', ([status, code, again]) => {
  expect(mayPass(new QuadraxError({ status, code, message: 'No.' }))).toBe(again);
});
