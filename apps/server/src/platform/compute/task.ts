/** What a task may say while it runs. */
export interface TaskContext {
  /** Units done of units known, and the stage they belong to. */
  progress(done: number, total: number, stage: string): void;
  log(message: string): void;
  /** Something the caller listens for, such as a finished candidate. */
  emit(event: unknown): void;
}

/**
 * A piece of computing that runs in a child process. Its module is loaded there by `module` and found by `name`;
 * input and output cross as structured clones. What the task needs should be imported inside `run`, so that the
 * process that only asks for it never loads it.
 */
export interface Task<Input, Output> {
  readonly module: string;
  readonly name: string;
  readonly run: (input: Input, context: TaskContext) => Promise<Output>;
}

export const computeTask = <Input, Output>(
  module: string,
  name: string,
  run: (input: Input, context: TaskContext) => Promise<Output>,
): Task<Input, Output> => ({ module, name, run });

/** A failure that a task means a person to read. Its code reaches the job; everything else counts as a fault. */
export class TaskError extends Error {
  readonly code: string;
  /** Of the request: what is at fault, where that is known. */
  readonly field: string | undefined;

  constructor(code: string, message: string, field?: string) {
    super(message);
    this.name = 'TaskError';
    this.code = code;
    this.field = field;
  }
}

export type ToChild = { readonly module: string; readonly name: string; readonly input: unknown };

export type FromChild =
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly stage: string }
  | { readonly type: 'log'; readonly message: string }
  | { readonly type: 'event'; readonly event: unknown }
  | { readonly type: 'done'; readonly output: unknown }
  | {
      readonly type: 'failed';
      readonly code: string | undefined;
      readonly field: string | undefined;
      readonly message: string;
      readonly stack: string | undefined;
    };
