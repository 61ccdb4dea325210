/**
 * The product in a process of its own, for tests that kill it: configured by its environment, tells its parent over
 * the channel of `fork` when it is ready, and dies with it. TEST_FAULT names a place at which it ends itself.
 */
import process from 'node:process';
import { configFromEnvironment, createLogger, startServer, stopOnSignal } from '@quadrax/server';

const config = configFromEnvironment();
const log = createLogger(config.logLevel);
const fault = process.env['TEST_FAULT'];
const running = await startServer({
  config,
  log,
  work: process.env['TEST_WORK'] !== 'false',
  reach: (point) => {
    if (point === fault) process.kill(process.pid, 'SIGKILL');
  },
});
stopOnSignal(running.close, log);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ ready: running.url.replace('localhost', '127.0.0.1') });
