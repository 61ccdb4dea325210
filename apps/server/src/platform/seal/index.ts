export { createSeal, sameSecret } from './seal.ts';
export type { Seal } from './seal.ts';
