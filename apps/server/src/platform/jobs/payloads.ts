import type { AnyJobDefinition } from './define.ts';
import type { JobRow, VersionedPayload } from './jobs.tables.ts';

/** The kinds of job this program knows. */
export interface Kinds {
  readonly names: readonly string[];
  readonly all: readonly AnyJobDefinition[];
  /** @throws if there is no such kind */
  of(kind: string): AnyJobDefinition;
  /** Whether this program can read the job: its kind is known, and its payload is not of a newer version. */
  knows(row: Pick<JobRow, 'kind' | 'payload'>): boolean;
}

export const createKinds = (all: readonly AnyJobDefinition[]): Kinds => {
  const byName = new Map(all.map((definition) => [definition.kind, definition]));
  return {
    names: [...byName.keys()],
    all,
    of: (kind) => {
      const definition = byName.get(kind);
      if (!definition) throw new Error(`There is no job of the kind "${kind}".`);
      return definition;
    },
    knows: ({ kind, payload }) => {
      const definition = byName.get(kind);
      return definition !== undefined && payload.version <= definition.version;
    },
  };
};

/** A stored payload in the shape of this program's version. @throws if its schema does not let it through */
export const readPayload = (definition: AnyJobDefinition, { version, data }: VersionedPayload): never => {
  const current =
    version < definition.version && definition.upgrade ? definition.upgrade(data, version) : data;
  // Only this definition's own handlers are given it.
  return definition.payload.parse(current) as never;
};

/** The same for the end of a job, which must be tidied up after whatever its payload looks like. */
export const readPayloadAtEnd = (definition: AnyJobDefinition, payload: VersionedPayload): never => {
  try {
    return readPayload(definition, payload);
  } catch {
    return payload.data as never;
  }
};
