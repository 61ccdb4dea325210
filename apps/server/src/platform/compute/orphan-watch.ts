/** Ends the process, however busy it is, once the one that started it is gone: its parent is another then. */
import process from 'node:process';
import { workerData } from 'node:worker_threads';

const everyMs = 1000;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, everyMs);
