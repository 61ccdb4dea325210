export { openObjectStore } from './objects.ts';
export type { GrowingFile } from './growing-file.ts';
export type { NewObject, ObjectStore, StoredObject } from './objects.ts';
export { receive } from './receiving.ts';
export type { Examination, Received } from './receiving.ts';
