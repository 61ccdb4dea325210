export { openObjectStore } from './objects.ts';
export type { NewObject, ObjectStore, StoredObject } from './objects.ts';
