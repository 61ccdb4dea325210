export { openObjectStore } from './objects.ts';
export type { GrowingFile } from './growing-file.ts';
export type { NewObject, ObjectStore, StoredObject } from './objects.ts';
