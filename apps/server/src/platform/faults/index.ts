import { kill, pid } from 'node:process';

/** Places at which a drill ends the process, to prove that the next start puts everything right. */
export const faultPoints = [
  'upload.streaming',
  'upload.stored',
  'upload.committed',
  'upload.part',
  'job.enqueued',
  'job.claimed',
  'job.progress',
  'job.artifact',
  'job.committed',
  'mail.claimed',
  'mail.accepted',
] as const;
export type FaultPoint = (typeof faultPoints)[number];

/** Says that the process has come to a point. Does nothing unless a drill has armed that very point. */
export type Reach = (point: FaultPoint) => void;

/** Ends the process at once, with no chance to tidy up, when `armed` is reached. */
export const createFaults =
  (armed: FaultPoint | undefined): Reach =>
  (point) => {
    if (point === armed) kill(pid, 'SIGKILL');
  };
